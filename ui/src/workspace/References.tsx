import type { Reference } from '../protocol/frames.js';

/** References by name; only web addresses become links. */
export function References({ references }: { references: readonly Reference[] }) {
  return (
    <dl className="rf-pairs" data-testid="references">
      {references.map(({ name, kind, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            {kind === 'URL' && isWebAddress(value) ? (
              <a href={value} target="_blank" rel="noopener noreferrer">
                {value}
              </a>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Whether following it leads to a web page: `javascript:` and its kin do not. */
export function isWebAddress(value: string): boolean {
  try {
    const { protocol } = new URL(value);
    return protocol === 'https:' || protocol === 'http:';
  } catch {
    return false;
  }
}
