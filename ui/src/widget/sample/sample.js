// A page may open the chat with a button of its own.
document.getElementById('ask')?.addEventListener('click', () => window.ringfenceChat?.open());
