import eslint from '@eslint/js';
import jsxA11y from 'eslint-plugin-jsx-a11y';
import reactHooks from 'eslint-plugin-react-hooks';
import tseslint from 'typescript-eslint';

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'eslint.config.js'] },
  eslint.configs.recommended,
  tseslint.configs.strictTypeChecked,
  tseslint.configs.stylisticTypeChecked,
  jsxA11y.flatConfigs.recommended,
  reactHooks.configs.flat['recommended-latest'],
  {
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      eqeqeq: 'error',
      'no-console': 'error',
      // Areas that scroll must be reachable by keyboard: the log of a chat is one.
      'jsx-a11y/no-noninteractive-tabindex': ['error', { tags: [], roles: ['log', 'tabpanel'] }],
      // Components decide themselves; the first field of a form or dialog is where its reader starts.
      'jsx-a11y/no-autofocus': ['error', { ignoreNonDOM: true }],
      'max-lines': ['error', { max: 500 }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Handlers of events may return what they call.
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
    },
  },
  {
    files: ['src/widget/sample/*.js'],
    languageOptions: { globals: { document: 'readonly', window: 'readonly' } },
  },
  {
    // Sinks that turn text into markup or code have no place in these pages.
    files: ['src/**'],
    rules: {
      'no-restricted-properties': [
        'error',
        { property: 'innerHTML', message: 'Build nodes, or let React do it.' },
        { property: 'outerHTML', message: 'Build nodes, or let React do it.' },
        { property: 'insertAdjacentHTML', message: 'Build nodes, or let React do it.' },
      ],
    },
  },
);
