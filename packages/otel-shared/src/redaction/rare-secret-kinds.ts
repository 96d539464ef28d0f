import { isCardNumber, isIban } from './checksums.ts'
import type { SecretKind } from './secret-kind.ts'
import { NO_VALUE } from './secret-kinds.ts'

const REDACTED = 'REDACTED'

/** Private keys in PEM and SSH2 format, on one line or several, complete or cut off. */
export const PRIVATE_KEY: SecretKind = [
  /-{2,5} ?BEGIN[ +][A-Z\d +]{0,20}PRIVATE[ +]KEY[\s\S]*?(?:-- ?END[A-Z\d +-]*|$)/g,
  REDACTED,
]

export const BEARER: SecretKind = [
  new RegExp(`\\b(bearer[\\s+]+)${NO_VALUE}[\\w.~+/=-]+`, 'gi'),
  `$1${REDACTED}`,
]

/** `Basic dXNlcjpwYXNz`, `token abc123`. The value must contain a digit or padding, since others can be words. */
export const CREDENTIAL: SecretKind = [
  /\b((?:basic|digest|negotiate|token|password|passcode|(?:api|access)[ -]?key|(?:your|mfa|login|verification|security)[ _]code)[\s+]+(?:is\s+)?)(?=[\w.~+/=-]{6})[a-z_.~+/-]{0,99}[\d=][\w.~+/=-]*/gi,
  `$1${REDACTED}`,
]

/** `curl -u app:secret`, `mysql -u app -psecret`, `--api-key secret`. */
export const COMMAND_OPTION: SecretKind = [
  new RegExp(
    `(\\s(?:-u|--user)[ =]?[^\\s:]{1,99}(?::|\\s-p)|(?:login|sshpass)\\b[^\\n]{0,60}\\s-p\\s|--[\\w-]{0,20}(?:pass(?:w\\w{0,4})?|token|secret|key)\\s+)${NO_VALUE}[^\\s<[-]\\S*`,
    'g',
  ),
  `$1${REDACTED}`,
]

/** `IDENTIFIED BY 'secret'`, `PASSWORD 'secret'`, `PASSWORD FOR 'app' = 'secret'`. */
export const SQL_PASSWORD: SecretKind = [
  /\b((?:password|identified\s[\w\s]{0,40}by)\s(?:for\s[^=\n]{1,60}=\s?)?)'[^']*'/gi,
  `$1'${REDACTED}'`,
]

/**
 * Keys in the forms that their issuers document. A prefix and hex: AWS, Twilio, Mailgun, Pulumi, Databricks, Supabase,
 * DigitalOcean, Shopify, Perplexity. No prefix: Mailchimp, Azure, Discord, Vault, Telegram. A short prefix and at least 40
 * characters: LinkedIn, Meta, Yandex, Dropbox. A prefix: GitHub, GitLab, Slack, Stripe, OpenAI, Anthropic, Google, SendGrid,
 * Vault, Docker, Figma, Square, age, New Relic, Postman, Brevo, Doppler, PlanetScale, Tailscale, PyPI, Atlassian, PASETO,
 * HubSpot, Airtable, Grafana, Bitbucket, Terraform, Fly, PayPal, Firebase, NuGet, Resend, CircleCI, Heroku, Cloudflare,
 * Alibaba, Tencent and others.
 */
export const PROVIDER_KEY: SecretKind = [
  /\b(?:A[KS]IA[A-Z\d]{12,}|(?:SK|AC|(?:key|private|pul|api|[ps]k(?:-lf)?|pplx)-|lin_oauth_|bkua_|dapi|sbp_|do[opr]_v1_|shp[a-z]{2,3}_|rubygems_)[\da-f-]{32,}|[\da-f]{32}(?:-us\d\d?|-[\da-f]{8}-[\da-f]{8})\b|\d{15,16}\|[\w-]{27}|[\w~-]{3}\dQ~[\w.~-]{31,34}|[MNO][\w-]{23,27}\.[\w-]{6}\.[\w-]{25,}|s\.[A-Za-z\d]{24}\b|(?:bot)?\d{6,12}:(?:AA[\w-]{30,}|[\w-]{35}(?![\w-]))|(?:AQ|EAA|sl\.)[\w.-]{40,}|(?:github_pat_|gl(?:pat|[dfr]t|ptt|cbt|soat)-|x(?:ox[a-z]|app)-|xoxe\.|[prs]k_(?:live_|test_)?(?=[A-Za-z\d]{16})|sk-(?:ant|proj|svcacct|admin|or)-|hf_(?=[A-Za-z\d]{30})|gh[opsur]_|AIza|ya29\.|GOCSPX-|SG\.|hv[bs]\.|dckr_[op]at_|figd_|sq0[a-z]{3}-|AGE-SECRET-KEY-|(?:PMAK|NR[A-Z]{2})-|x(?:key|smtp)sib-|dp\.(?:\w+\.){1,2}|pscale_[a-z]+_|tskey-|pypi-|AT(?:[AC]TT|BB)|(?:AAAA[\w-]{7}:)?APA91b|C(?:FPAT-|CIPAT_)|1\/\/0|sb_secret_|nvapi-|dt0c01\.|v\d\.(?:local|public)\.|sntry[su]_|pat-[a-z]{2}\d-|pat\w{14}\.|glc_|fo1_|\w{14}\.atlasv1\.|access_token\$[a-z]+\$|oy2(?=[a-z\d]{43}\b)|re_\w{8}_|HRKU-|v1\.0-[\da-f]{24}-)[\w-]{10,}(?:[.$=][\w-]+)*)/g,
  REDACTED,
]

/** Keys with a short prefix and at least 28 letters and digits that are not hex: npm, Render, … */
export const PREFIXED_KEY: SecretKind = [
  /\b(?:[a-z]{1,9}\d?[_-]){1,3}(?![\da-f]+\b)(?=[A-Za-z]{0,99}\d)[A-Za-z\d]{28}[\w-]*/g,
  REDACTED,
]

/** `<Password Type="…">secret<`, `key="password" value="secret"`, `{"name":"authorization","value":"secret"}`. */
export const NAMED_ELSEWHERE: SecretKind = [
  /((?:passw(?:or)?d|secret|token|api[ _-]?key|authorization|cookie)[\\"']*(?:\s[\w:]{1,30}=["'][^<>]{1,120}>|[,\s]\s?[\\"']{0,4}value[\\"']{0,4}\s?[=:]\s?[\\"']{1,4}))[^<>"'\\]+/gi,
  `$1${REDACTED}`,
]

/** Webhook addresses of Slack, Zapier, Make, Teams and Airtable: the path after its words. */
export const WEBHOOK: SecretKind = [
  /(\bhooks?\.[\w.-]{1,99}\/(?:[A-Za-z]+\/)*)[^\s"'<>?#/][^\s"'<>?#]*/g,
  `$1${REDACTED}`,
]

/** Session ids in addresses of ASP.NET: `/(S(lit3py55t21z5v55vlm25s55))/`. */
export const COOKIELESS_SESSION: SecretKind = [/\/\((?:[AFSX]\([\w-]+\))+\)/g, `/${REDACTED}`]

export const CARD_NUMBER: SecretKind = [
  /\b(?:(?:4\d|5[1-5]|2[2-7]|6[0245]|35)\d\d(?:[ -]?\d{4}){3}|3[47]\d\d[ -]?\d{6}[ -]?\d{5}|3[068]\d\d[ -]?\d{6}[ -]?\d{4})\b/g,
  REDACTED,
  isCardNumber,
]

export const IBAN: SecretKind = [
  /\b[A-Z]{2}\d\d(?: ?[A-Z\d]{4}){2,7}(?: ?[A-Z\d]{1,3})?\b/g,
  REDACTED,
  isIban,
]

/** Phone numbers, and social security numbers of the USA. */
export const PHONE_NUMBER: SecretKind = [
  /(?:\B(?:\+[1-9]\d{0,2}(?:[ ()-]{0,2}\d){7,12}|\(\d{3}\) ?\d{3}-\d{4})|\b(?:[2-9]\d\d-[2-9]\d\d|\d{3}-\d\d)-\d{4})\b/g,
  REDACTED,
]

export const RARE_SECRET_KINDS: readonly SecretKind[] = [
  PRIVATE_KEY,
  PROVIDER_KEY,
  PREFIXED_KEY,
  BEARER,
  CREDENTIAL,
  COMMAND_OPTION,
  SQL_PASSWORD,
  NAMED_ELSEWHERE,
  WEBHOOK,
  COOKIELESS_SESSION,
  CARD_NUMBER,
  IBAN,
  PHONE_NUMBER,
]
