/** Outside data as it is read: what is not of the expected kind is absent. */

export type Members = Record<string, unknown>;

export function parseObject(text: string): Members | undefined {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return undefined;
  }
}

export function asObject(value: unknown): Members | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Members) : undefined;
}

export function member(object: Members | undefined, name: string): Members | undefined {
  return asObject(own(object, name));
}

/** The text of this name; an empty one is none. */
export function string(object: Members | undefined, name: string): string | undefined {
  const value = own(object, name);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** The list of this name, cut to `max`; empty where there is none. */
export function list(object: Members | undefined, name: string, max: number): readonly unknown[] {
  const value = own(object, name);
  return Array.isArray(value) ? value.slice(0, max) : [];
}

/** Names such as `constructor` are members only where the data has them. */
function own(object: Members | undefined, name: string): unknown {
  return object !== undefined && Object.hasOwn(object, name) ? object[name] : undefined;
}
