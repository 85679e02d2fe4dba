/** The look of Cloudscape's components, as values for its design tokens. */

import { generateThemeStylesheet, type Theme } from '@cloudscape-design/components/theming';

const brand = { light: '#0b5d54', dark: '#63cdbb' };
const brandStrong = { light: '#08463f', dark: '#8fe0d2' };
const brandSoft = { light: '#e3f2ee', dark: '#173632' };
const onBrand = { light: '#ffffff', dark: '#06211d' };
const ink = { light: '#12211f', dark: '#e6efec' };
const inkQuiet = { light: '#47605b', dark: '#a9bdb7' };
const surface = { light: '#ffffff', dark: '#14211f' };
const canvas = { light: '#f2f5f3', dark: '#0c1514' };
const line = { light: '#d3ddd9', dark: '#2c3e3a' };

const disabled = { light: '#e4eae7', dark: '#22312e' };
const inkFaint = { light: '#687d78', dark: '#7f938d' };

/** On the bar above the pages, which is dark in both modes. */
const onBar = '#d9ece7';

const theme: Theme = {
  tokens: {
    fontFamilyBase: "'IBM Plex Sans Variable', system-ui, sans-serif",
    fontFamilyHeading: "'IBM Plex Sans Variable', system-ui, sans-serif",
    fontFamilyDisplay: "'IBM Plex Sans Variable', system-ui, sans-serif",
    colorBackgroundLayoutMain: canvas,
    colorBackgroundContainerContent: surface,
    colorBackgroundContainerHeader: surface,
    colorBackgroundInputDefault: surface,
    colorBorderDividerDefault: line,
    colorBorderDividerSecondary: line,
    colorTextBodyDefault: ink,
    colorTextBodySecondary: inkQuiet,
    colorTextHeadingDefault: ink,
    colorTextHeadingSecondary: inkQuiet,
    colorTextFormSecondary: inkQuiet,
    colorTextAccent: brand,
    colorTextLinkDefault: brand,
    colorTextLinkHover: brandStrong,
    colorTextLinkDecorationDefault: brand,
    colorTextInteractiveDefault: inkQuiet,
    colorTextInteractiveHover: ink,
    colorBackgroundButtonPrimaryDefault: brand,
    colorBackgroundButtonPrimaryHover: brandStrong,
    colorBackgroundButtonPrimaryActive: brandStrong,
    colorBorderButtonPrimaryDefault: brand,
    colorBorderButtonPrimaryHover: brandStrong,
    colorBorderButtonPrimaryActive: brandStrong,
    colorTextButtonPrimaryDefault: onBrand,
    colorTextButtonPrimaryHover: onBrand,
    colorTextButtonPrimaryActive: onBrand,
    colorTextButtonNormalDefault: brand,
    colorTextButtonNormalHover: brandStrong,
    colorTextButtonNormalActive: brandStrong,
    colorBorderButtonNormalDefault: brand,
    colorBorderButtonNormalHover: brandStrong,
    colorBorderButtonNormalActive: brandStrong,
    colorBackgroundButtonNormalHover: brandSoft,
    colorBackgroundButtonNormalActive: brandSoft,
    colorTextButtonLinkDefault: brand,
    colorTextButtonLinkHover: brandStrong,
    colorTextButtonLinkActive: brandStrong,
    colorBackgroundButtonLinkHover: brandSoft,
    colorBackgroundButtonLinkActive: brandSoft,
    colorBackgroundControlChecked: brand,
    colorBackgroundSegmentActive: brand,
    colorTextSegmentActive: onBrand,
    colorTextSegmentHover: brand,
    colorBorderInputFocused: brand,
    colorBorderItemFocused: brand,
    colorBorderItemSelected: brand,
    colorItemSelected: brand,
    colorBackgroundItemSelected: brandSoft,
    colorBackgroundDropdownItemHover: brandSoft,
    colorBorderDropdownItemHover: line,
    colorTextDropdownItemHighlighted: ink,
    colorBackgroundButtonNormalDefault: surface,
    colorBackgroundButtonPrimaryDisabled: disabled,
    colorBorderButtonPrimaryDisabled: disabled,
    colorTextButtonPrimaryDisabled: inkFaint,
    colorBackgroundButtonNormalDisabled: surface,
    colorBorderButtonNormalDisabled: disabled,
    colorTextButtonNormalDisabled: inkFaint,
    borderRadiusButton: '8px',
    borderRadiusInput: '8px',
    borderRadiusContainer: '12px',
    borderRadiusAlert: '10px',
    borderRadiusFlashbar: '10px',
    borderRadiusDropdown: '10px',
    borderRadiusItem: '6px',
  },
  contexts: {
    'top-navigation': {
      tokens: {
        colorBackgroundButtonNormalDefault: '#17403a',
        colorBackgroundButtonNormalHover: '#1f5049',
        colorBackgroundButtonNormalActive: '#1f5049',
        colorBackgroundButtonNormalDisabled: '#122f2b',
        colorBorderButtonNormalDefault: '#3a6a62',
        colorBorderButtonNormalHover: '#63cdbb',
        colorBorderButtonNormalActive: '#63cdbb',
        colorBorderButtonNormalDisabled: '#244842',
        colorTextButtonNormalDefault: onBar,
        colorTextButtonNormalHover: onBar,
        colorTextButtonNormalActive: onBar,
        colorTextButtonNormalDisabled: '#8fa9a3',
        colorBackgroundDropdownItemDefault: '#17403a',
        colorBackgroundDropdownItemHover: '#215850',
        colorBorderDropdownContainer: '#3a6a62',
        colorBorderDropdownItemHover: '#3a6a62',
        colorBorderDropdownItemFocused: '#8fe0d2',
        colorTextDropdownItemDefault: onBar,
        colorTextDropdownItemHighlighted: '#ffffff',
        colorTextDropdownItemFilterMatch: '#8fe0d2',
        colorBackgroundControlChecked: '#0b5d54',
        colorItemSelected: '#8fe0d2',
        colorTextAccent: '#8fe0d2',
        colorTextLinkDefault: '#8fe0d2',
        colorTextLinkHover: '#c2f0e7',
        colorBorderItemFocused: '#8fe0d2',
      },
    },
  },
};

export const stylesheet: string = generateThemeStylesheet({ theme });
