import { Command } from 'commander';
import { replayCommand } from './replay/replay-command.js';
import { runCommand } from './run/run-command.js';

await new Command('simulate')
  .description('Deterministic simulation: random schedules, their replay, and a zoo of bugs that they must catch.')
  .addCommand(runCommand())
  .addCommand(replayCommand())
  .parseAsync();
