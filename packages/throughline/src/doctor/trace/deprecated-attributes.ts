/**
 * Deprecated attributes of the semantic conventions and their replacements, from the declarations of
 * `@opentelemetry/semantic-conventions`. Written by `node packages/throughline/build/deprecated-attributes.ts`.
 */
const LINES = `
code.column code.column.number
code.filepath code.file.path
code.function code.function.name
code.lineno code.line.number
code.namespace code.function.name
db.cassandra.table db.collection.name
db.connection_string server.address,server.port
db.cosmosdb.container db.collection.name
db.cosmosdb.status_code db.response.status_code
db.elasticsearch.cluster.name db.namespace
db.mongodb.collection db.collection.name
db.name db.namespace
db.operation db.operation.name
db.redis.database_index db.namespace
db.sql.table db.collection.name,db.query.text
db.statement db.query.text
db.system db.system.name
deployment.environment deployment.environment.name
http.client_ip client.address
http.flavor network.protocol.name,network.protocol.version
http.host server.address,client.address
http.method http.request.method
http.scheme url.scheme
http.server_name server.address
http.status_code http.response.status_code
http.target url.path,url.query
http.url url.full
http.user_agent user_agent.original
net.host.ip network.local.address
net.host.name server.address
net.host.port server.port
net.peer.ip network.peer.address
net.peer.name server.address,client.address
net.peer.port server.port,client.port
net.protocol.name network.protocol.name
net.protocol.version network.protocol.version
net.sock.family network.transport,network.type
net.sock.host.addr network.local.address
net.sock.host.port network.local.port
net.sock.peer.addr network.peer.address
net.sock.peer.port network.peer.port
net.transport network.transport
rpc.connect_rpc.error_code rpc.status_code
rpc.grpc.status_code rpc.status_code
rpc.jsonrpc.error_code rpc.status_code
rpc.response.status_code rpc.status_code
rpc.service rpc.method
rpc.system rpc.system.name
tls.client.server_name server.address
`

/** What replaces each deprecated attribute: one or more keys. */
export const DEPRECATED_ATTRIBUTES: ReadonlyMap<string, readonly string[]> = new Map(
  LINES.trim()
    .split('\n')
    .map((line) => {
      const [key = '', replacements = ''] = line.split(' ')
      return [key, replacements.split(',')]
    }),
)
