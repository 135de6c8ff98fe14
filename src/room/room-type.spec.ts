import { toRoomType } from './room-type.js';

describe('toRoomType', () => {
  it.each([
    ['agent_to_user', 'agent_to_user'],
    ['vendor_to_user', 'vendor_to_user'],
    ['user_to_user', 'user_to_user'],
    ['general', 'general'],
    ['agent-to-user', 'agent_to_user'],
    ['vendor-to-user', 'vendor_to_user'],
    ['user-to-user', 'user_to_user'],
    ['agent-to_user', 'agent_to_user'],
    ['user_to_agent', 'agent_to_user'],
    ['user-to-agent', 'agent_to_user'],
    ['user_to_vendor', 'vendor_to_user'],
    ['user-to-vendor', 'vendor_to_user'],
  ])('reads %s as %s', (text, type) => {
    expect(toRoomType(text)).toBe(type);
  });

  it.each(['', 'something_else', 'Agent_To_User', 'constructor', 'toString', '__proto__'])('leaves %p, which it does not know, as it is', (text) => {
    expect(toRoomType(text)).toBe(text);
  });
});
