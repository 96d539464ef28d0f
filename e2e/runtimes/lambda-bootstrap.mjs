// The loop of a Lambda runtime: it takes an event, awaits the handler's promise, and posts the result.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
import { request } from 'node:http'
import { pathToFileURL } from 'node:url'

const invocations = `http://${process.env.AWS_LAMBDA_RUNTIME_API}/2018-06-01/runtime/invocation`
const { handler } = await import(pathToFileURL(process.argv[2] ?? '').href)
for (;;) {
  const { headers, body } = await send('GET', `${invocations}/next`)
  const id = headers['lambda-runtime-aws-request-id']
  const result = await handler(JSON.parse(body), { awsRequestId: id })
  await send('POST', `${invocations}/${id}/response`, JSON.stringify(result))
}

function send(method, url, text) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, { method }, (incoming) => {
      let body = ''
      incoming.setEncoding('utf8').on('data', (part) => {
        body += part
      })
      incoming.on('end', () => resolve({ headers: incoming.headers, body }))
    })
    outgoing.on('error', reject).end(text)
  })
}
