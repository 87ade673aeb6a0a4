/** Strings that have broken a framing, an escape or a parser somewhere. */
export const AWKWARD_STRINGS: Readonly<Record<string, string>> = {
  'nothing at all': '',
  'one space': ' ',
  'spaces around': '  padded  ',
  LF: 'one\ntwo\n\nfour\n',
  CR: 'one\rtwo\r\rfour\r',
  CRLF: 'one\r\ntwo\r\n\r\nfour\r\n',
  'only line ends': '\n\r\n\r',
  NUL: 'a\0b',
  'control characters': '\u0001\u0007\b\u001b[31m\u007f\u0085',
  'line and paragraph separators': 'a\u2028b\u2029c',
  'byte order mark': '\ufeffbom',
  'fields of an event stream': 'data: x\nid: 1\nevent: y\nretry: 1\n: comment\n\n',
  'a colon first': ': not a comment',
  emoji: '👩‍👩‍👧‍👦 🇪🇺 é e\u0301',
  'right to left': '\u202eשלום\u202c',
  'quotes and slashes': `"'\`\\/ \\u0000 </script><!--`,
  'form syntax': 'a=1&b=2+3%20%25;c',
  'looks like JSON': '{"a":[1,2]}',
  'looks like a number': '007',
  'looks like a word of JSON': 'null',
  'packet types of Engine.IO and Socket.IO': '42["x",1]\u001e4',
};

/** JSON values that are no strings. */
export const AWKWARD_VALUES: Readonly<Record<string, unknown>> = {
  null: null,
  false: false,
  true: true,
  zero: 0,
  'the greatest safe integer': Number.MAX_SAFE_INTEGER,
  'a great number': 1.7976931348623157e308,
  'a small number': 5e-324,
  fraction: 0.1,
  'empty list': [],
  'empty object': {},
  'list of all kinds': [null, false, 0, '', [], {}, [[]]],
  'members of the message itself': { id: 'x', channel: 'y', event: 'z', type: 'message', cursor: 'c' },
  'members of every object': JSON.parse('{"__proto__":{"a":1},"constructor":1,"toString":null}') as unknown,
  'empty and odd member names': { '': 1, ' ': 2, 'a\nb': 3, '\u2028': 4, '👍': 5 },
  'halves of surrogate pairs': ['\ud800', { '\udc00': 'a\ud83d' }],
  'placeholders of Socket.IO': { _placeholder: true, num: 0 },
  'as deep as may be': nest(64),
  'awkward strings inside': Object.values(AWKWARD_STRINGS),
};

function nest(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level++) value = level % 2 === 0 ? [value] : { level: value };
  return value;
}
