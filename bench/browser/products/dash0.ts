// https://github.com/dash0hq/dash0-sdk-web
import { init } from '@dash0/sdk-web'

// An endpoint of a path of its own: the SDK leaves every request below its endpoint alone.
init({
  serviceName: 'bench',
  endpoint: { url: `${location.origin}/dash0`, authToken: 'bench' },
})
