type Container = Record<string, unknown> | unknown[];

/** Brackets in one field name, as in `data[a][b]`, and fields in one form: far more than anyone's form has. */
const MAX_DEPTH = 16;
const MAX_FIELDS = 1000;

/**
 * A form as the object that was put into it: `data[text]=hi` is `{data: {text: 'hi'}}`, `data[]=1&data[]=2` and
 * `data[0]=1&data[1]=2` are lists (jQuery's `$.param` writes both). A name without brackets that repeats becomes a list.
 * All values are strings. `undefined` when it is larger or deeper than any real form, or contradicts itself.
 */
export function parseFormFields(text: string): Record<string, unknown> | undefined {
  const fields = createRecord();
  let count = 0;
  for (const [name, value] of new URLSearchParams(text)) {
    const path = pathOf(name);
    if (++count > MAX_FIELDS || path.length > MAX_DEPTH || !put(fields, path, value)) return undefined;
  }
  return fields;
}

/** `a[b][]` is `['a', 'b', '']`; a name whose brackets do not match is one name. */
function pathOf(name: string): string[] {
  const first = name.indexOf('[');
  if (first <= 0 || !/^(\[[^[\]]*\])+$/.test(name.slice(first))) return [name];
  return [name.slice(0, first), ...name.slice(first + 1, -1).split('][')];
}

function put(fields: Record<string, unknown>, path: readonly string[], value: string): boolean {
  let container: Container = fields;
  for (const [depth, key] of path.entries()) {
    const next = path[depth + 1];
    const found = get(container, key);
    if (next === undefined) {
      if (typeof found === 'object' && !(depth === 0 && Array.isArray(found))) return false;
      return found === undefined ? set(container, key, value) : set(container, key, [found, value].flat());
    }
    if (found === undefined) {
      const created: Container = isIndex(next) ? [] : createRecord();
      if (!set(container, key, created)) return false;
      container = created;
    } else if (typeof found === 'object') container = found as Container;
    else return false;
  }
  return false;
}

function get(container: Container, key: string): unknown {
  if (!Array.isArray(container)) return container[key];
  return key === '' ? undefined : container[Number(key)];
}

/** Lists grow at their end only: a far index would make a list of holes. */
function set(container: Container, key: string, value: unknown): boolean {
  if (!Array.isArray(container)) container[key] = value;
  else if (key === '' || Number(key) === container.length) container.push(value);
  else if (isIndex(key) && Number(key) < container.length) container[Number(key)] = value;
  else return false;
  return true;
}

function isIndex(key: string): boolean {
  return key === '' || /^(0|[1-9]\d{0,3})$/.test(key);
}

// Without a prototype `__proto__` is a name like any other.
function createRecord(): Record<string, unknown> {
  return Object.create(null) as Record<string, unknown>;
}
