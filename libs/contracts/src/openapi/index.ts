export { describeMessages } from './describe-messages.js';
