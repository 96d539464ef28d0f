// https://github.com/dash0hq/dash0-sdk-web
import { init } from '@dash0/sdk-web'

// The endpoint has a separate path, because the SDK does not trace requests below its endpoint.
init({
  serviceName: 'bench',
  endpoint: { url: `${location.origin}/dash0`, authToken: 'bench' },
})
