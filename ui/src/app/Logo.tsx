/** A ring, closed around what is inside but for one guarded gap. */
export function Logo({ size = 28 }: { size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 32 32" aria-hidden="true" focusable="false">
      <path
        d="M21.9 6.2a11.4 11.4 0 1 1-11.8 0"
        fill="none"
        stroke="#63cdbb"
        strokeWidth="3.4"
        strokeLinecap="round"
      />
      <circle cx="16" cy="16" r="4" fill="currentColor" />
    </svg>
  );
}
