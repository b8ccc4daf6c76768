import { Command } from 'commander';
import { addOrderCommands } from './order/cli.js';
import { replayCommand } from './replay/replay-command.js';
import { runCommand } from './run/run-command.js';
import { leaderZooCommand } from './zoo/leader/leader-zoo-command.js';
import { zooCommand } from './zoo/zoo-command.js';

const program = new Command('simulate')
  .description('Deterministic simulation: random schedules, their replay, and a zoo of bugs that they must catch.')
  .addCommand(runCommand())
  .addCommand(replayCommand())
  .addCommand(zooCommand())
  .addCommand(leaderZooCommand());
addOrderCommands(program);
await program.parseAsync();
