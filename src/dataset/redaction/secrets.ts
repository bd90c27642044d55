import type { RedactionRule } from './rule.ts'

/** As their services document them, and as the rules of secretlint and gitleaks (both MIT) have them. */
const keys = [
  String.raw`(?:AKIA|ASIA)[A-Z0-9]{16}`,
  String.raw`gh[pousr]_[A-Za-z0-9]{36,255}`,
  String.raw`github_pat_[A-Za-z0-9_]{50,255}`,
  String.raw`glpat-[\w-]{20,64}`,
  String.raw`xox[abeprs]-[A-Za-z0-9-]{10,255}`,
  String.raw`xapp-\d-[A-Za-z0-9-]{10,255}`,
  String.raw`(?:sk|rk|pk)_(?:live|test)_[A-Za-z0-9]{16,255}`,
  String.raw`whsec_[A-Za-z0-9]{24,255}`,
  String.raw`sk-(?:proj-|svcacct-|admin-|ant-|or-v1-)[\w-]{20,255}`,
  String.raw`sk-[A-Za-z0-9]{32,255}`,
  String.raw`gsk_[A-Za-z0-9]{40,255}`,
  String.raw`xai-[A-Za-z0-9]{40,255}`,
  String.raw`AIza[\w-]{35}`,
  String.raw`ya29\.[\w-]{20,500}`,
  String.raw`hf_[A-Za-z0-9]{30,64}`,
  String.raw`npm_[A-Za-z0-9]{36}`,
  String.raw`pypi-[\w-]{50,500}`,
  String.raw`SG\.[\w-]{22}\.[\w-]{43}`,
  String.raw`SK[0-9a-f]{32}`,
  String.raw`key-[0-9a-f]{32}`,
  String.raw`do[por]_v1_[0-9a-f]{64}`,
  String.raw`shp(?:at|ca|pa|ss)_[0-9a-fA-F]{32}`,
  String.raw`lin_api_[A-Za-z0-9]{40}`,
  String.raw`ntn_[A-Za-z0-9]{40,64}`,
  String.raw`\d{8,10}:AA[\w-]{33}`,
]

export const privateKey: RedactionRule = {
  kind: 'private-key',
  // To its end, or to the end of the text when that was cut off.
  pattern:
    /-----BEGIN (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----[\s\S]*?(?:-----END (?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----|$)/g,
  mayContain: (text) => text.includes('PRIVATE KEY'),
}

export const apiKey: RedactionRule = {
  kind: 'api-key',
  pattern: new RegExp(String.raw`(?<![\w-])(?:${keys.join('|')})(?![\w-])`, 'g'),
  mayContain: (text) => /[\w-]{17}/.test(text),
}

/** A JSON Web Token (RFC 7519): header and payload begin with {" in base64url. */
export const jwt: RedactionRule = {
  kind: 'jwt',
  pattern: /(?<![\w-])eyJ[\w-]{10,4000}\.eyJ[\w-]{10,8000}\.[\w-]{10,2000}(?![\w-])/g,
  mayContain: (text) => text.includes('eyJ'),
}

/** Between the user's name and the host, as in postgres://anna:secret@db. */
export const urlPassword: RedactionRule = {
  kind: 'password',
  pattern: /(?<=[A-Za-z][A-Za-z0-9+.-]{0,20}:\/\/[^\s:@/]{0,100}:)[^\s@/]{1,200}(?=@)/g,
  mayContain: (text) => text.includes('://'),
}
