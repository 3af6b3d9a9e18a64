/**
 * A frame of the websocket, in either direction: docs/protocol.md.
 *
 * @typedef {{type: string, request_id?: string, [field: string]: any}} Frame
 */

export {};
