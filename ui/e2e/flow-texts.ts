/** What the flows of the sample center say. */

export const WELCOME = 'Welcome to the Ringfence demo center. How can we help you today?';
export const THANKS = 'Thank you for being a gold customer, Grace.';
export const WAITING = 'An agent will be with you shortly.';
export const PASSED_ON = 'You are being passed on to a colleague. One moment, please.';
