import { isHttpUrl } from '../calls/option-checks.js';
import type { PublisherConfig } from './publisher-options.js';

/** May a subscriber ask to be called back there? Keeps a subscription from pointing this service at somebody else's. */
export function mayCallBack(allowed: PublisherConfig['callbackHosts'], callbackUrl: string): boolean {
  if (!isHttpUrl(callbackUrl)) return false;
  const { hostname } = new URL(callbackUrl);
  if (allowed === 'any') return true;
  return allowed === 'loopback' ? isLoopback(hostname) : allowed.includes(hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}
