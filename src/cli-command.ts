import type { Command } from 'commander';

/** A command under `group` that prints for people, or JSON only. */
export function addCommand(group: Command, usage: string, text: string): Command {
  return group.command(usage).description(text).option('--json', 'print JSON only');
}

/** For an option that may be said several times: all of its values, in order. */
export function several(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}
