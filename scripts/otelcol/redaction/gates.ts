/**
 * What a text must contain to contain a secret of a kind: one of some literals, in lower case, and a match of a pattern of RE2. The
 * texts of a span are searched for it together. Most spans then skip most steps, which take a hundred times as long.
 */
export interface Gate {
  readonly literals?: readonly string[]
  readonly pattern?: string
}

/** By the name of the kind in the steps. Every kind has a gate. */
export const GATES: Readonly<Record<string, Gate>> = {
  key: { literals: ['****'] },
  fragment: { literals: ['#'] },
  USER_INFO: { literals: ['@'] },
  EMAIL: { literals: ['@', '%'] },
  HEADER: { literals: ['cookie', 'authorization'] },
  NAMED: {
    literals: [
      ...[
        'token',
        'pass',
        'pw',
        'secret',
        'credential',
        'jwt',
        'bearer',
        'srf',
        'otp',
        'pin',
        'ssn',
        'cvc',
        'cvv',
      ],
      ...['hmac', 'sig', 'sess', 'sid', 'auth', 'key', 'code'],
    ],
    // A name, a separator, and no `//`.
    pattern: `[\\w\\]"'\\\\][\\\\"'\\]]*(?:[\\t ]*(?:[=:]{1,3}>?|->)|>)[\\t ]*[^\\s/]`,
  },
  QUERY_VALUE: { literals: ['?', '&'] },
  JSON_WEB_TOKEN: { literals: ['eyj'] },
  PATH_TOKEN: { literals: ['/'], pattern: '[/?][\\w-]{16}' },
  PRIVATE_KEY: { literals: ['private'] },
  PROVIDER_KEY: { pattern: '[\\w~.:|$/-]{16}' },
  PREFIXED_KEY: { pattern: '[_-][A-Za-z\\d]{28}' },
  BEARER: { literals: ['bearer'] },
  CREDENTIAL: {
    literals: ['basic', 'digest', 'negotiate', 'token', 'passw', 'passcode', 'key', 'code'],
    pattern: '[\\d=]',
  },
  COMMAND_OPTION: { literals: ['-u', '-p', '--'] },
  SQL_PASSWORD: { literals: ['password', 'identified'], pattern: "'" },
  NAMED_ELSEWHERE: { literals: ['passw', 'secret', 'token', 'key', 'authorization', 'cookie'] },
  WEBHOOK: { literals: ['hook'] },
  COOKIELESS_SESSION: { literals: ['/('] },
  CARD_NUMBER: { pattern: '\\d{4}[ -]?\\d{4}' },
  IBAN: { pattern: '[A-Z]{2}\\d\\d' },
  PHONE_NUMBER: { literals: ['+', '-'], pattern: '\\d{3}' },
}
