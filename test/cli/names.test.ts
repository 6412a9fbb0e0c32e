import { describe, expect, test } from '@jest/globals';
import { handlerName, paramsOf, projectName, serviceName } from '../../src/cli/names.js';

describe('the name of a handler or a service', () => {
  test.each([
    ['chat', 'chat', 'Chat'],
    ['price-board', 'price-board', 'PriceBoard'],
    ['priceBoard', 'price-board', 'PriceBoard'],
    ['PriceBoard2', 'price-board2', 'PriceBoard2'],
    ['room-101', 'room-101', 'Room101'],
  ])('%s is a file and a class', (given, file, className) => {
    expect(handlerName(given)).toEqual({ file, className });
    expect(serviceName(given)).toEqual({ file, className });
  });

  test.each(['chat-handler', 'ChatHandler'])('%s is that of a handler without its last word', (given) => {
    expect(handlerName(given)).toEqual({ file: 'chat', className: 'Chat' });
  });

  test.each(['', '1st', '-chat', 'chat-', 'a--b', 'a b', 'a_b', '../chat', 'a/b', 'café', 'x'.repeat(61)])(
    '%j cannot be used, and the message says what can',
    (given) => {
      const message =
        `"${given}" cannot be used: it must be words of letters and digits, joined by dashes, that start with a letter and have ` +
        '60 characters at most, as in price-board or PriceBoard.';
      expect(() => handlerName(given)).toThrow(message);
      expect(() => serviceName(given)).toThrow(message);
    },
  );

  test.each(['test', 'Test', 'test-users', 'testUsers', 'load-test', 'test-handler'])('%s would be taken for a test', (given) => {
    const message = `"${given}" cannot be used: node --test would take its file for a test. Choose one that does not begin or end with the word test.`;
    expect(() => handlerName(given)).toThrow(message);
    expect(() => serviceName(given)).toThrow(message);
  });

  test.each(['testing', 'contest', 'latest-prices', 'a-test-b'])('%s would not', (given) => {
    expect(handlerName(given).file).toBe(given);
    expect(serviceName(given).file).toBe(given);
  });

  test('handler alone is no name of a handler', () => {
    expect(() => handlerName('handler')).toThrow('The handler\'s name "" cannot be used');
  });

  test.each([
    ['bus', 'Bus'],
    ['connection', 'Connection'],
    ['promise', 'Promise'],
    ['url-search-params', undefined],
    ['Event', 'Event'],
    ['listener', 'Listener'],
  ])('%s as a service would be a class that is there already', (given, className) => {
    if (className === undefined) expect(serviceName(given).className).toBe('UrlSearchParams');
    else
      expect(() => serviceName(given)).toThrow(
        `The service's name "${given}" cannot be used: its file would have a class ${className}, and that is the name of another. Choose another name.`,
      );
  });

  test('web-socket as a handler would be the class of the decorator', () => {
    expect(() => handlerName('web-socket')).toThrow('would have a class WebSocketHandler');
  });
});

describe('a path', () => {
  test.each([
    ['/', []],
    ['/chat', []],
    ['/rooms/:room', ['room']],
    ['/a.b/c_d/~e/f-g', []],
    ['/games/:game/seats/:seat_2', ['game', 'seat_2']],
  ])('%s has parameters %j', (path, params) => {
    expect(paramsOf(path)).toEqual(params);
  });

  test.each([
    '',
    'chat',
    '/chat/',
    '//chat',
    '/a b',
    '/:',
    '/:1',
    '/**',
    '/files/*',
    '/:a?',
    "/it's",
    '/`',
    '/$x',
    '/..',
    '/a/../b',
    '/:a.:b',
  ])('%j cannot be used, and the message says what can', (path) => {
    expect(() => paramsOf(path)).toThrow(
      `The path "${path}" cannot be used: it must start with "/", and its parts must be letters, digits and any of - _ . ~, or ":" and a ` +
        'name of letters, digits and _, as in /rooms/:room.',
    );
  });

  test('with two parameters of one name cannot be used', () => {
    expect(() => paramsOf('/:a/:a')).toThrow('The path "/:a/:a" has two parameters of the same name. Give each its own.');
  });
});

describe('the name of a project', () => {
  test.each(['my-app', 'a', '2048', 'app.v2', 'my_app'])('%s is that of a package', (given) => {
    expect(projectName(given)).toBe(given);
  });

  test.each(['', 'My-App', '.hidden', '_app', 'my app', 'a'.repeat(215), '@me/app'])(
    '%j cannot be used, and the message says what can',
    (given) => {
      expect(() => projectName(given)).toThrow(
        `The project's name "${given}" cannot be used: as the name of a package it must be lower-case letters, digits and any of - _ ., start ` +
          'with a letter or a digit, and have 214 characters at most, as in my-app.',
      );
    },
  );

  test.each(['node_modules', 'favicon.ico'])('%s is not allowed by npm', (given) => {
    expect(() => projectName(given)).toThrow(
      `The project's name "${given}" cannot be used: npm does not allow it for a package.`,
    );
  });
});
