import { describe, expect, it } from '@jest/globals';

import { problemDetails } from './problem-details.js';
import { type ProblemCode, problemCodeOf, problemTypes, problemTypeUri } from './problem-types.js';

describe('problemDetails', () => {
  it('carries the standard members and the older error form', () => {
    expect(problemDetails('unknown-product', "There is no product 'tuxx'.", { instance: '/products/tuxx' })).toEqual({
      type: 'urn:toystore:problem:unknown-product',
      title: 'There is no such product',
      status: 404,
      detail: "There is no product 'tuxx'.",
      instance: '/products/tuxx',
      error: { code: 404, message: "There is no product 'tuxx'." },
    });
  });

  it('lets no extension override a standard member', () => {
    const details = problemDetails('not-leader', 'Ask order-3.', {
      extensions: { leader: 'order-3', term: 7, status: 200, type: 'x' },
    });

    expect(details).toMatchObject({ leader: 'order-3', term: 7, status: 421, type: 'urn:toystore:problem:not-leader' });
  });
});

describe('problemCodeOf', () => {
  it.each(Object.keys(problemTypes) as ProblemCode[])('finds %s behind its URI', (code) => {
    expect(problemCodeOf(problemTypeUri(code))).toBe(code);
  });

  it.each([['urn:toystore:problem:toString'], ['urn:toystore:problem:'], ['about:blank'], [undefined], [404]])(
    'knows no problem %j',
    (type) => {
      expect(problemCodeOf(type)).toBeUndefined();
    },
  );
});
