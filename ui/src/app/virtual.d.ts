declare module 'virtual:ringfence-theme.css';
