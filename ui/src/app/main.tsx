import '@fontsource-variable/ibm-plex-sans';
import '@cloudscape-design/global-styles/dark-mode-utils.css';
import 'virtual:ringfence-theme.css';
import './app.css';
import './shell.css';
import '../signin/signin.css';
import '../workspace/workspace.css';
import '../workspace/transcript.css';
import '../workspace/call/call.css';
import '../contacts/contacts.css';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './App.js';
import { followSystemAppearance } from './appearance.js';
import { LanguageProvider } from './language.js';

followSystemAppearance();

const root = document.getElementById('root');
if (root !== null) {
  createRoot(root).render(
    <StrictMode>
      <LanguageProvider>
        <App />
      </LanguageProvider>
    </StrictMode>,
  );
}
