type Branch = Map<string, Branch | string>;

/** Maximum number of brackets in one field name, as in `data[a][b]`, and of fields in one form. */
const MAX_DEPTH = 16;
const MAX_FIELDS = 1000;

/**
 * Parses a form (`application/x-www-form-urlencoded`) to the object that jQuery's `$.param` encodes as such: `data[text]=hi` is
 * `{data: {text: 'hi'}}`; `data[]=1&data[]=2` and `data[0]=1&data[1]=2` are lists, and so is a repeated name. All values are
 * strings. `undefined` if the form has more than {@link MAX_FIELDS} fields or {@link MAX_DEPTH} brackets.
 */
export function parseFormFields(text: string): Record<string, unknown> | undefined {
  const fields: Branch = new Map();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    if (++count > MAX_FIELDS || path.length > MAX_DEPTH) return undefined;
    put(fields, path, value);
  }
  return Object.fromEntries([...fields].map(([name, field]) => [name, toValue(field)]));
}

/** Whether the bytes that a form encodes as `%80` to `%FF` are UTF-8. Any other `%` is the character itself. */
export function isUtf8Form(text: string): boolean {
  if (!/%[89a-f][\da-f]/i.test(text)) return true;
  try {
    decodeURIComponent(text.replace(/%(?![\da-f]{2})/gi, '%25'));
    return true;
  } catch {
    return false;
  }
}

/** `a[b][]` is `['a', 'b', '']`; a name whose brackets do not match is one name. */
function pathOf(name: string): string[] {
  const first = name.indexOf('[');
  if (first <= 0 || !/^(\[[^[\]]*\])+$/.test(name.slice(first))) return [name];
  return [name.slice(0, first), ...name.slice(first + 1, -1).split('][')];
}

function put(fields: Branch, path: readonly string[], value: string): void {
  const last = path.length - 1;
  let branch = fields;
  for (const [depth, part] of path.entries()) {
    const name = part === '' && depth > 0 ? String(branch.size) : part;
    const found = branch.get(name);
    if (depth === last && found === undefined) {
      branch.set(name, value);
      return;
    }
    const next: Branch = found instanceof Map ? found : new Map(found === undefined ? [] : [['0', found]]);
    branch.set(name, next);
    branch = next;
  }
  branch.set(String(branch.size), value);
}

function toValue(field: Branch | string): unknown {
  if (typeof field === 'string') return field;
  const isList = [...field.keys()].every((name, index) => name === String(index));
  const values = [...field].map(([name, item]) => [name, toValue(item)] as const);
  return isList ? values.map(([, value]) => value) : Object.fromEntries(values);
}
