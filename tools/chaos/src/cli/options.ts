import { InvalidArgumentError } from 'commander';
import { type Victim, victims } from '../faults/fault-plan.js';

export function wholeNumber(text: string): number {
  const value = Number(text);
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0) {
    throw new InvalidArgumentError('A whole number that is not negative is needed.');
  }
  return value;
}

export function wholeNumberFrom(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = wholeNumber(text);
    if (value < min || value > max) throw new InvalidArgumentError(`A whole number from ${min} to ${max} is needed.`);
    return value;
  };
}

export function victimList(text: string): Victim[] {
  return text.split(',').map((name) => {
    const victim = victims.find((each) => each === name);
    if (victim === undefined) throw new InvalidArgumentError(`Victims are ${victims.join(', ')}.`);
    return victim;
  });
}
