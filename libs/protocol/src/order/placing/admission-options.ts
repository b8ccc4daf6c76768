export const admissionOptionsToken = Symbol('admission options');

/** How much work a leader takes on. What is beyond it is refused at once, so that what was taken completes. */
export interface AdmissionOptions {
  /** Requests that are being placed at one time. Default 4096. */
  readonly requestsMax: number;
  /** Intents without an outcome, from whatever leader; above it no new ones. Default 8192. */
  readonly openIntentsMax: number;
}

export const admissionOptionsDefault: AdmissionOptions = { requestsMax: 4_096, openIntentsMax: 8_192 };
