/** Kinds of known secrets that the Collector does not redact, with the reason. docs/production.md lists these cases too. */
export const NOT_REDACTED: Readonly<Record<string, string>> = {
  'reset link with the id of the user first':
    'a segment that is no word is between the announcing segment and the token',
  'invite link, short':
    'an announced token has at least 16 characters: it is not known whether a shorter one is a word',
  'link without a word, base36': 'elsewhere, only letters of both cases distinguish a token from words',
  'signed token with dots': 'a dot ends a segment, as before the suffix of a file',
  'token in an address in a path': 'texts are not decoded',
  'token in an address in a path, encoded twice': 'texts are not decoded',
  'session without cookies, encoded': 'texts are not decoded',
  'phone number, encoded': 'texts are not decoded',
  'data of an address': 'redacted in url.full only',
  'user info, encoded': 'texts are not decoded',
  'e-mail address, escaped': 'texts are not decoded',
  'refresh token, encoded': 'texts are not decoded',
  'bearer token, encoded': 'texts are not decoded',
  'private key, encoded': 'texts are not decoded',
}

/** Parts of ordinary texts that the Collector redacts, with the reason. */
export const REDACTED_BESIDES: Readonly<Record<string, string>> = {
  '/360012345678-How-do-I-change-my-plan': 'it is not known that the segment is mostly words',
  '/getCustomerOrdersByDateRangeAndTenantV2Async': 'it is not known that the segment is mostly words',
  '/GetUserProfileByIdAndTenant2024': 'it is not known that the segment is mostly words',
  '/with-microsoft365': 'it is not known that the segment is mostly words',
  '/user_2NNEqL2nrIRdJ194ndJqAHwEfxC': 'the prefix is counted in the length of the segment',
  '/dd27e15dec31b66fd6970cd052ac4cc4092d9ec4/README.md': 'what follows a segment is not searched for a file',
  '/uxy9rx7HNQlGYl1kPzQho1wx4JwY8wC': 'a part of base64 after its slash looks like a segment',
  'AAAADUlEQVR42mNk/M9QDwADhgGAWjR9awAAAABJRU5ErkJggg':
    'a part of base64 after its slash looks like a segment',
  'discord.com/api/webhooks/123456789012345678/': 'a number after an announcing segment looks like a token',
}
