/** What a schedule can break. A failing schedule is shrunk as long as it breaks the same one. */
export const orderRules = {
  'Same Log': 'every replica, in every life, applies the same entry at the same index, with the same result',
  'One Intent a Key': 'a key has one intent, whoever asks for it how often while its client lives',
  'Keys Remembered': 'a key is remembered for at least 25 hours of log time after its order ended',
  'Same Outcome': 'an intent ends once, and everybody who asks hears the same',
  'Placed If Sold': 'an order is placed exactly when its stock was sold',
  'Sold Once': 'stock leaves the shelf once for each debit, of an intent that somebody has applied',
  'Terms Rise': 'no debit of a deposed leader is executed after one of its successor',
  'Fresh Reads': 'no read that began after an acknowledged sale shows the stock from before it, nor what never was',
  'Nothing Placed': 'who is told that nothing was placed finds no intent',
  'Acknowledged Stays': 'an acknowledged order is found, with what was ordered',
  'Known Answers': 'a shopper hears nothing that contradicts what has happened so far',
  'Adds Up': 'at rest stock, sales, orders, numbers and digests agree',
  'No Crash': 'no process ends or throws except as the faults explain',
  Liveness: 'when everything has healed, everybody gets an answer and nothing stays open',
  Determinism: 'the same plan gives the same trace',
} as const;

export type OrderRule = keyof typeof orderRules;
