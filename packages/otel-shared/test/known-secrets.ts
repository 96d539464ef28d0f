const LOWER = 'abcdefghijklmnopqrstuvwxyz'
const UPPER = LOWER.toUpperCase()
const DIGITS = '0123456789'
const HEX = `${DIGITS}abcdef`
const BASE36 = DIGITS + LOWER
const BASE62 = BASE36 + UPPER
const BASE64URL = `${BASE62}-_`
const BASE32 = `${UPPER}234567`

/** A secret, and a text that contains it. The source contains no secrets, because scanners of repositories would find them. */
export type KnownSecret = readonly [kind: string, text: string, secret: string]

/** Secrets of every kind in URLs and in texts, generated from `seed`. */
export function knownSecrets(seed = 1): { readonly urls: KnownSecret[]; readonly texts: KnownSecret[] } {
  const random = createRandom(seed)
  const from = (alphabet: string, length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
  /** At least one character of every class, as issuers use. */
  const mixed = (length: number, alphabet = BASE62): string => {
    const text = from(alphabet, length)
    return /\d/.test(text) && /[a-z]/.test(text) && (/[A-Z]/.test(text) || alphabet === BASE36)
      ? text
      : mixed(length, alphabet)
  }
  const base64url = (length: number) => mixed(length, BASE64URL)
  const hex = (length: number) => from(HEX, length)
  const uuid = () => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`
  const jwt = () => `eyJ${base64url(30)}.eyJ${base64url(60)}.${base64url(43)}`
  const urls: KnownSecret[] = []
  const texts: KnownSecret[] = []
  const url = (kind: string, secret: string, text: (secret: string) => string) =>
    urls.push([kind, text(secret), secret])
  const text = (kind: string, secret: string, text: (secret: string) => string) =>
    texts.push([kind, text(secret), secret])
  const host = 'https://shop.example'

  // Links with a token in the path.
  url('reset link, 256 bits in base64url', base64url(43), (s) => `${host}/reset/${s}`)
  url('reset link, 128 bits in base64url', base64url(22), (s) => `${host}/password/reset/${s}`)
  url('reset link, hex of 32', hex(32), (s) => `${host}/reset-password/${s}`)
  url('reset link, hex of 40', hex(40), (s) => `${host}/account/reset/${s}`)
  url('reset link, hex of 64', hex(64), (s) => `${host}/auth/reset_password/${s}`)
  url('reset link, UUID', uuid(), (s) => `${host}/reset/${s}`)
  url('reset link, UUID in upper case', uuid().toUpperCase(), (s) => `${host}/passwordReset/${s}/new`)
  url(
    'reset link with the id of the user first',
    `${mixed(6, BASE36)}-${hex(32)}`,
    (s) => `${host}/reset/MQ/${s}/`,
  )
  url('reset link behind a fragment router', base64url(32), (s) => `${host}/#/reset/${s}`)
  url('reset link without a host', base64url(43), (s) => `/users/password/reset/${s}/edit`)
  url('invite link', base64url(32), (s) => `${host}/invite/${s}`)
  url('invite link, UUID', uuid(), (s) => `${host}/invitations/${s}/accept`)
  url('invite link, short', mixed(10), (s) => `${host}/invite/${s}`)
  url('invite link of a team', hex(40), (s) => `${host}/teams/42/invites/${s}`)
  url('verification link', base64url(43), (s) => `${host}/verify/${s}`)
  url('verification link of an e-mail address', hex(64), (s) => `${host}/verify/email/${s}`)
  url('verification link, UUID', uuid(), (s) => `${host}/verify-email/${s}`)
  url('verification link in camel case', hex(32), (s) => `${host}/emailVerification/${s}`)
  url('confirmation link', base64url(20), (s) => `${host}/confirm/${s}`)
  url('confirmation link, UUID', uuid(), (s) => `${host}/users/confirmation/${s}`)
  url('activation link', base64url(24), (s) => `${host}/activate/${s}`)
  url('activation link with the id of the user', hex(40), (s) => `${host}/activate/1042/${s}`)
  url('magic link', base64url(43), (s) => `${host}/magic-link/${s}`)
  url('magic link, UUID', uuid(), (s) => `${host}/auth/magic/${s}`)
  url('login link', hex(64), (s) => `${host}/login/${s}`)
  url('login link, UUID', uuid(), (s) => `${host}/auth/${s}`)
  url('sign-in link', base64url(22), (s) => `${host}/sign-in/${s}`)
  url('unsubscribe link', hex(32), (s) => `${host}/unsubscribe/${s}`)
  url('unsubscribe link, UUID', uuid(), (s) => `${host}/newsletter/unsubscribe/${s}`)
  url('account recovery', base64url(32), (s) => `${host}/recover/${s}`)
  url('unlock link', base64url(20), (s) => `${host}/users/unlock/${s}`)
  url('share link', mixed(22), (s) => `${host}/share/${s}`)
  url('share link, UUID', uuid(), (s) => `${host}/shared/${s}`)
  url('token of an API', hex(40), (s) => `${host}/api/token/${s}`)
  url('key in a path', mixed(22), (s) => `https://maker.ifttt.com/trigger/door/with/key/${s}`)
  url('link without a word that announces it', base64url(43), (s) => `${host}/l/${s}`)
  url('link without a word, 192 bits', base64url(32), (s) => `${host}/${s}`)
  url('link without a word, base36', mixed(40, BASE36), (s) => `${host}/d/${s}`)
  url('signed token with dots', `${base64url(24)}.${base64url(6)}.${base64url(27)}`, (s) => `${host}/a/${s}`)
  url('JSON web token in a path', jwt(), (s) => `${host}/sso/${s}`)
  url('token before a file name', base64url(43), (s) => `${host}/dl/${s}/invoice.pdf`)
  url('token with percent-encoded padding', `${base64url(42)}`, (s) => `${host}/reset/${s}%3D%3D`)
  url('token before a colon', base64url(43), (s) => `${host}/reset/${s}:12`)
  url(
    'token in an address in a path',
    base64url(43),
    (s) => `${host}/go/https%3A%2F%2Fx.example%2Freset%2F${s}`,
  )
  url(
    'token in an address in a path, encoded twice',
    base64url(43),
    (s) => `${host}/go/https%253A%252F%252Fx.example%252Freset%252F${s}`,
  )

  url('reset link of a page for a forgotten password', hex(32), (s) => `${host}/forgot/${s}`)
  url('validation link, UUID', uuid(), (s) => `${host}/validate/${s}`)
  url('opt-out link, UUID', uuid(), (s) => `${host}/opt-out/${s}`)
  url('session in a path, hex', hex(32), (s) => `${host}/session/${s}`)
  url('single sign-on link', hex(32), (s) => `${host}/sso/${s}`)
  url('registration link', hex(32), (s) => `${host}/register/${s}`)
  url('API key in a path', hex(32), (s) => `${host}/apikey/${s}/forecast`)
  url(
    'private calendar',
    hex(32),
    (s) => `https://calendar.google.com/calendar/ical/a%40b.de/private-${s}/basic.ics`,
  )
  url('parameter without a name, hex', hex(40), (s) => `${host}/reset?${s}`)

  // Webhooks.
  url('Slack webhook', mixed(24), (s) => `https://hooks.slack.com/services/T024BE7LD/B024BE7LE/${s}`)
  url(
    'Slack workflow',
    mixed(24),
    (s) => `https://hooks.slack.com/workflows/T024BE7LD/A024BE7LE/123456789012345678/${s}`,
  )
  url('Discord webhook', base64url(68), (s) => `https://discord.com/api/webhooks/123456789012345678/${s}`)
  url('Telegram bot', `AA${base64url(33)}`, (s) => `https://api.telegram.org/bot123456789:${s}/sendMessage`)
  url(
    'Telegram file',
    `AA${base64url(33)}`,
    (s) => `https://api.telegram.org/file/bot123456789:${s}/photos/file_1.jpg`,
  )
  url(
    'Teams webhook',
    hex(32),
    (s) => `https://acme.webhook.office.com/webhookb2/${uuid()}@${uuid()}/IncomingWebhook/${s}/${uuid()}`,
  )
  url(
    'Teams webhook, its group',
    uuid(),
    (s) => `https://outlook.office.com/webhook/${s}@${uuid()}/IncomingWebhook/${hex(32)}/${uuid()}`,
  )
  url(
    'Power Automate',
    base64url(43),
    (s) =>
      `https://prod-01.westus.logic.azure.com:443/workflows/${hex(32)}/triggers/manual/paths/invoke?api-version=2016-06-01&sig=${s}`,
  )
  url(
    'Zapier webhook',
    `b${from(DIGITS, 1)}${from(BASE36, 5)}`,
    (s) => `https://hooks.zapier.com/hooks/catch/1234567/${s}/`,
  )
  url('Mattermost webhook', mixed(26, BASE36), (s) => `https://chat.example.com/hooks/${s}`)
  url('Rocket.Chat webhook', mixed(64), (s) => `https://chat.example.com/hooks/${mixed(17)}/${s}`)
  url('n8n webhook', uuid(), (s) => `https://n8n.example.com/webhook/${s}`)
  url('Make webhook', mixed(32, BASE36), (s) => `https://hook.eu1.make.com/${s}`)
  url('Feishu bot', uuid(), (s) => `https://open.feishu.cn/open-apis/bot/v2/hook/${s}`)
  url(
    'Google Chat webhook',
    base64url(43),
    (s) => `https://chat.googleapis.com/v1/spaces/AAAA/messages?key=k&token=${s}`,
  )
  url(
    'GitLab trigger',
    hex(30),
    (s) => `https://gitlab.com/api/v4/projects/1/ref/main/trigger/pipeline?token=${s}`,
  )
  url('PagerDuty integration', hex(32), (s) => `https://events.pagerduty.com/integration/${s}/enqueue`)
  url('Jira automation', hex(40), (s) => `https://automation.atlassian.com/pro/hooks/${s}`)
  url(
    'Airtable webhook',
    `wtr${mixed(14)}`,
    (s) => `https://hooks.airtable.com/workflows/v1/genericWebhook/app${mixed(14)}/wfl${mixed(14)}/${s}`,
  )

  // User info.
  for (const scheme of [
    'redis',
    'rediss',
    'postgres',
    'postgresql',
    'mysql',
    'mongodb',
    'mongodb+srv',
    'amqp',
    'amqps',
    'ftp',
    'smtp',
    'https',
    'ldap',
    'nats',
    'clickhouse',
    'kafka',
  ]) {
    url(`password of ${scheme}:`, mixed(12), (s) => `${scheme}://app:${s}@db.example.com:6379/0`)
  }
  url('password without a user', mixed(12), (s) => `redis://:${s}@cache.internal:6379`)
  url('password with an @', `p@${mixed(10)}`, (s) => `postgres://app:${s}@db/prod`)
  url('password with a /', `pa/${mixed(10)}`, (s) => `postgres://app:${s}@db/prod`)
  url('token for a user', mixed(40), (s) => `https://${s}@github.com/acme/app.git`)
  url('key of a DSN', hex(32), (s) => `https://${s}@o12345.ingest.sentry.io/678`)
  url('user info without a scheme', mixed(12), (s) => `//app:${s}@cdn.example.com/a`)
  text('user info in a message', mixed(12), (s) => `connect ECONNREFUSED amqp://guest:${s}@mq:5672`)
  text('user info in JSON with escaped slashes', mixed(12), (s) => `{"dsn":"mysql:\\/\\/root:${s}@db\\/x"}`)
  text('user info, encoded', mixed(12), (s) => `url=postgres%3A%2F%2Fapp%3A${s}%40db%2Fprod`)

  // Query, fragment, matrix parameters, sessions.
  url('query value', mixed(8), (s) => `${host}/a?q=${s}`)
  url('query value after a keyless parameter', mixed(8), (s) => `${host}/a?flag&q=${s}`)
  url('parameter without a name', jwt(), (s) => `${host}/a?${s}`)
  url('fragment of an implicit grant', mixed(40), (s) => `${host}/cb#access_token=${s}&token_type=bearer`)
  url('matrix parameter', mixed(20), (s) => `${host}/a;token=${s}/b`)
  url('session in a path', from(HEX, 32).toUpperCase(), (s) => `${host}/cart;jsessionid=${s}`)
  url('session of PHP', mixed(26, BASE36), (s) => `${host}/cart;PHPSESSID=${s}`)
  url('session without cookies', mixed(24, BASE36), (s) => `${host}/(S(${s}))/cart.aspx`)
  url('sessions without cookies', mixed(24, BASE36), (s) => `${host}/(X(1)A(${mixed(40)})S(${s}))/cart.aspx`)
  url('session without cookies, encoded', mixed(24, BASE36), (s) => `${host}/%28S%28${s}%29%29/cart.aspx`)
  url(
    'shared access signature',
    mixed(40),
    (s) => `https://acme.blob.core.windows.net/c/b?sv=2022-11-02&sig=${s}%3D`,
  )
  url(
    'pre-signed address',
    hex(64),
    (s) => `https://b.s3.amazonaws.com/k?X-Amz-Credential=AKIA&X-Amz-Signature=${s}`,
  )
  url('data of an address', mixed(40), (s) => `data:text/plain;base64,${s}`)
  text('query value in a message', mixed(10), (s) => `GET ${host}/a?x=${s} 500`)
  text('fragment in a message', mixed(30), (s) => `redirected to ${host}/cb#id_token=${s}`)
  text('fragment router in a message', base64url(32), (s) => `no route for "/#/reset/${s}"`)
  text('reset link in a message', base64url(43), (s) => `Failed to fetch ${host}/reset/${s}`)
  text('reset link in a stack', hex(40), (s) => `Error: x\n    at load (${host}/reset/${s}:12:34)`)
  text('reset link in the name of a span', base64url(32), (s) => `GET /reset/${s}`)
  text('reset link in JSON', uuid(), (s) => `{"path":"/reset/${s}","a":1}`)
  text('reset link, an assignment', uuid(), (s) => `path=/verify/${s}`)
  text('reset link without a scheme', uuid(), (s) => `see shop.example/verify/${s}`)
  text(
    'webhook in a message',
    mixed(24),
    (s) => `POST https://hooks.slack.com/services/T024BE7LD/B024BE7LE/${s}: 404`,
  )

  // People.
  url('e-mail address', 'anna.berg', (s) => `${host}/users/${s}@example.com`)
  url('e-mail address, encoded', 'anna.berg', (s) => `${host}/users/${s}%40example.com`)
  url('e-mail address, encoded twice', 'anna.berg', (s) => `${host}/users/${s}%2540example.com`)
  url('e-mail address, encoded three times', 'anna.berg', (s) => `${host}/users/${s}%252540example.com/edit`)
  text('e-mail address in a message', 'anna.berg+shop', (s) => `no account for ${s}@mail.example.co.uk.`)
  text('e-mail address of a domain with digits', 'anna', (s) => `mail to ${s}@163.com failed`)
  text('e-mail address with an umlaut', 'jürgen', (s) => `mail to ${s}@müller.de failed`)
  text('e-mail address, escaped', 'anna', (s) => `{"mail":"${s}\\u0040example.com"}`)
  text('e-mail address in angle brackets', 'anna', (s) => `From: "A" <${s}@example.com>`)
  text('mailto', 'anna', (s) => `mailto:${s}@example.com`)
  text('phone number', '170 1234567', (s) => `call +49 ${s} back`)
  text('phone number with parentheses', '(555) 010-9999', (s) => `call +1 ${s}`)
  url('phone number in a path', '491701234567', (s) => `${host}/call/+${s}`)
  url('phone number, encoded', '491701234567', (s) => `${host}/call/%2B${s}`)
  text('card number', '4242 4242 4242 4242', (s) => `card ${s} refused`)
  text('card number without spaces', '5555555555554444', (s) => `card ${s} refused`)
  text('card number of 15 digits', '3782 822463 10005', (s) => `card ${s} refused`)
  url('card number in a path', '4000-0566-5566-5556', (s) => `${host}/pay/${s}`)
  text('verification code of a card', '737', (s) => `{"cvv":"${s}"}`)
  text('IBAN', 'DE89 3704 0044 0532 0130 00', (s) => `transfer to ${s}`)
  text('IBAN without spaces', 'GB82WEST12345698765432', (s) => `transfer to ${s}`)
  text('social security number', '078-05-1120', (s) => `ssn ${s}`)

  // Named.
  const word = () => `${from(LOWER, 7)}`
  text('password in a message', word(), (s) => `login failed, password=${s}`)
  text('password after a colon', word(), (s) => `password: ${s}`)
  text('password in JSON', word(), (s) => `{"user":"a","password":"${s}"}`)
  text('password in JSON on lines', word(), (s) => `{\n  "user": "a",\n  "password": "${s}"\n}`)
  text('password in JSON in JSON', word(), (s) => String.raw`{"body":"{\"password\":\"${s}\"}"}`)
  text('password of several words', word(), (s) => `{"password":"correct ${s} battery"}`)
  text('password in single quotes', word(), (s) => `{ password: '${s}' }`)
  text('password of Ruby', word(), (s) => `{:password=>"${s}"}`)
  text('password in XML', word(), (s) => `<password>${s}</password>`)
  text('password of a form', word(), (s) => `user[password]=${s}&a=1`)
  text('password of a connection', word(), (s) => `Server=db;User Id=sa;Password=${s};Encrypt=true`)
  text('password of the environment', word(), (s) => `DB_PASSWORD=${s}`)
  text('passwd', word(), (s) => `passwd: ${s}`)
  text('passphrase', word(), (s) => `passphrase=${s}`)
  text('list of secrets', word(), (s) => `{"secret":["a","${s}"]}`)
  text('password that is repeated', word(), (s) => `password_confirmation=${s}`)
  text('second password', word(), (s) => `password2=${s}`)
  text('hash of a password', word(), (s) => `password_hash: ${s}`)
  text('passwords in a list', word(), (s) => `{"passwords":["a","${s}"]}`)
  text('password of a database', word(), (s) => `db_pass=${s}`)
  text('password in German', word(), (s) => `Passwort: ${s}`)
  text('password after an arrow', word(), (s) => `password -> ${s}`)
  text('password in a sentence', `${word()}2`, (s) => `the password is ${s}`)
  text('password of a command', word(), (s) => `login --password ${s} --quiet`)
  text('credentials of a command', word(), (s) => `curl -u admin:${s} https://x.example`)
  text('base of secret keys', word(), (s) => `secret_key_base: ${s}`)
  text('authorization code', word(), (s) => `authorization_code: ${s}`)
  text('verification code', from(DIGITS, 6), (s) => `verification code: ${s}`)
  text('verifier of a code', word(), (s) => `code_verifier=${s}`)
  text('personal number', from(DIGITS, 4), (s) => `{"pin":"${s}"}`)
  text('telephone number of the USA', '555-0143', (s) => `call (202) ${s}`)
  text('card number of 14 digits', '30569309025904', (s) => `card ${s} refused`)
  text('e-mail address with an encoded tag', 'anna', (s) => `x=${s}%2Bshop%40example.com`)
  text('client secret', word(), (s) => `client_secret=${s}`)
  text('access token', word(), (s) => `{"access_token": "${s}"}`)
  text('refresh token, encoded', word(), (s) => `refresh_token%3D${s}`)
  text('token of camel case', word(), (s) => `authToken: ${s}`)
  text('CSRF token', mixed(32), (s) => `csrf_token=${s}`)
  text('API key', word(), (s) => `api_key: ${s}`)
  text('API key of a header', word(), (s) => `X-Api-Key: ${s}`)
  text('API key in words', mixed(20), (s) => `invalid api key ${s}`)
  text('one-time password', from(DIGITS, 6), (s) => `otp=${s}`)
  text('AWS secret key', `${mixed(20)}/${mixed(19)}`, (s) => `aws_secret_access_key = ${s}`)
  text('AWS session token', mixed(100), (s) => `AWS_SESSION_TOKEN=${s}`)
  text('AWS signature', hex(64), (s) => `AWS4-HMAC-SHA256 Credential=x/20261130/eu/s3, Signature=${s}`)
  text(
    'Azure account key',
    `${mixed(86)}==`,
    (s) => `AccountName=a;AccountKey=${s};EndpointSuffix=core.windows.net`,
  )
  text('Azure shared access key', `${mixed(43)}=`, (s) => `SharedAccessKeyName=Root;SharedAccessKey=${s}`)
  text('private key id of Google', hex(40), (s) => `{"private_key":"${s}","client_email":"x"}`)
  text('session id', hex(32), (s) => `sessionid=${s}`)
  text('session of connect', mixed(32), (s) => `connect.sid=s%3A${s}`)
  text('cookies', mixed(20), (s) => `Cookie: theme=dark; sid=${s}`)
  text('cookie that is set', mixed(20), (s) => `Set-Cookie: id=${s}; HttpOnly`)
  text('bearer token', word(), (s) => `Authorization: Bearer ${s}`)
  text('bearer token without its header', mixed(20), (s) => `sent Bearer ${s}`)
  text('bearer token, encoded', mixed(20), (s) => `Bearer%20${s}`)
  text('basic credentials', `${mixed(18)}==`, (s) => `Basic ${s}`)
  text('basic credentials in a header', `${mixed(18)}==`, (s) => `{"authorization":"Basic ${s}"}`)
  text('token of GitHub’s scheme', hex(40), (s) => `authorization failed: token ${s}`)
  text('JSON web token in a message', jwt(), (s) => `jwt malformed: ${s}`)
  text('JSON web token without a signature', `eyJ${base64url(30)}.eyJ${base64url(40)}`, (s) => `got ${s}.`)
  text(
    'private key',
    mixed(64),
    (s) => `-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\n${s}\n-----END RSA PRIVATE KEY-----`,
  )
  text(
    'private key in JSON',
    mixed(64),
    (s) => `{"key":"-----BEGIN PRIVATE KEY-----\\n${s}\\n-----END PRIVATE KEY-----\\n"}`,
  )
  text('private key, cut off', mixed(64), (s) => `-----BEGIN OPENSSH PRIVATE KEY-----\n${s}`)
  text('private key, encoded', mixed(64), (s) => `k=-----BEGIN%20EC%20PRIVATE%20KEY-----%0A${s}%0A-----END`)
  text('private key of PGP', mixed(64), (s) => `-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n${s}\n`)

  // Keys by their issuers' prefixes, in the middle of a message and in a path.
  const keys: readonly (readonly [issuer: string, key: string])[] = [
    ['AWS, access key', `AKIA${from(BASE32, 16)}`],
    ['AWS, temporary access key', `ASIA${from(BASE32, 16)}`],
    ['GitHub, personal', `ghp_${mixed(36)}`],
    ['GitHub, OAuth', `gho_${mixed(36)}`],
    ['GitHub, server', `ghs_${mixed(36)}`],
    ['GitHub, refresh', `ghr_${mixed(36)}`],
    ['GitHub, fine-grained', `github_pat_${mixed(22)}_${mixed(59)}`],
    ['GitLab', `glpat-${base64url(20)}`],
    ['GitLab, runner', `glrt-${base64url(20)}`],
    ['Slack, bot', `xoxb-${from(DIGITS, 12)}-${from(DIGITS, 13)}-${mixed(24)}`],
    ['Slack, user', `xoxp-${from(DIGITS, 12)}-${from(DIGITS, 12)}-${hex(32)}`],
    ['Slack, app', `xapp-1-A024BE7LH-${from(DIGITS, 13)}-${hex(64)}`],
    ['Stripe', `sk_live_${mixed(24)}`],
    ['Stripe, restricted', `rk_live_${mixed(24)}`],
    ['Stripe, test', `sk_test_${mixed(24)}`],
    ['Stripe, webhook', `whsec_${mixed(32)}`],
    ['OpenAI', `sk-${mixed(48)}`],
    ['OpenAI, project', `sk-proj-${base64url(80)}`],
    ['OpenAI, service account', `sk-svcacct-${base64url(80)}`],
    ['Anthropic', `sk-ant-api03-${base64url(93)}AA`],
    ['OpenRouter', `sk-or-v1-${hex(64)}`],
    ['Google, API key', `AIza${base64url(35)}`],
    ['Google, access token', `ya29.${base64url(80)}`],
    ['Google, client secret', `GOCSPX-${base64url(28)}`],
    ['SendGrid', `SG.${base64url(22)}.${base64url(43)}`],
    ['Twilio, key', `SK${hex(32)}`],
    ['Twilio, account', `AC${hex(32)}`],
    ['npm', `npm_${mixed(36)}`],
    ['PyPI', `pypi-AgEIcHlwaS5vcmc${base64url(60)}`],
    ['Hugging Face', `hf_${from(LOWER + UPPER, 34)}`],
    ['DigitalOcean', `dop_v1_${hex(64)}`],
    ['Shopify', `shpat_${hex(32)}`],
    ['Square', `sq0atp-${base64url(22)}`],
    ['Square, secret', `sq0csp-${base64url(43)}`],
    ['Mailgun', `key-${hex(32)}`],
    ['Databricks', `dapi${hex(32)}`],
    ['Vault', `hvs.${base64url(90)}`],
    ['Docker', `dckr_pat_${base64url(27)}`],
    ['Linear', `lin_api_${mixed(40)}`],
    ['Notion', `secret_${mixed(43)}`],
    ['Notion, newer', `ntn_${mixed(46)}`],
    ['Figma', `figd_${base64url(40)}`],
    ['Supabase', `sbp_${hex(40)}`],
    ['age', `AGE-SECRET-KEY-1${from(BASE32, 58)}`],
    ['Telegram', `${from('123456789', 9)}:AA${base64url(33)}`],
    ['Discord', `M${mixed(23)}.${base64url(6)}.${base64url(38)}`],
    ['PASETO', `v4.local.${base64url(100)}`],
    ['RubyGems', `rubygems_${hex(48)}`],
    ['Replicate', `r8_${mixed(37)}`],
    ['Groq', `gsk_${mixed(52)}`],
    ['xAI', `xai-${mixed(80)}`],
    ['Tailscale', `tskey-auth-${mixed(16)}-${mixed(32)}`],
    ['Grafana', `glsa_${mixed(32)}_${hex(8)}`],
    ['Sentry', `sntryu_${hex(64)}`],
    ['New Relic', `NRAK-${from(BASE32, 27)}`],
    ['Postman', `PMAK-${hex(24)}-${hex(34)}`],
    ['Brevo', `xkeysib-${hex(64)}-${mixed(16)}`],
    ['PlanetScale', `pscale_tkn_${base64url(43)}`],
    ['Doppler', `dp.pt.${mixed(43)}`],
    ['Netlify', `nfp_${mixed(36)}`],
    ['Pulumi', `pul-${hex(40)}`],
    ['Meta', `EAA${mixed(40)}`],
    ['Firebase', `APA91b${base64url(60)}`],
    ['Dynatrace', `dt0c01.${from(BASE32, 24)}.${from(BASE32, 64)}`],
    ['Contentful', `CFPAT-${base64url(43)}`],
    ['Buildkite', `bkua_${hex(40)}`],
    ['Linear, OAuth', `lin_oauth_${hex(64)}`],
    ['Atlassian', `ATATT3xFfGF0${base64url(180)}`],
  ]
  for (const [issuer, key] of keys) {
    text(issuer, key, (s) => `request with ${s} was refused`)
    url(issuer, key, (s) => `${host}/v1/${s}/items`)
  }
  return { urls, texts }
}

/** https://en.wikipedia.org/wiki/Linear_congruential_generator, with the constants of Numerical Recipes. */
export function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
