import type { Command } from 'commander';
import { orderPointsCommand } from './directed/points-command.js';
import { ordersCommand } from './orders-command.js';
import { orderZooCommand } from './zoo/order-zoo-command.js';

/** The commands of the order protocol's simulation. */
export function addOrderCommands(program: Command): void {
  program.addCommand(ordersCommand()).addCommand(orderPointsCommand()).addCommand(orderZooCommand());
}
