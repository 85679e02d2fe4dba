/** Light or dark, as the system says. */

import { applyMode, Mode } from '@cloudscape-design/global-styles';

export function followSystemAppearance(): void {
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const apply = (): void => {
    applyMode(dark.matches ? Mode.Dark : Mode.Light);
  };
  apply();
  dark.addEventListener('change', apply);
}
