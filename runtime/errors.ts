/**
 * Coded errors. Each folder declares its codes once with `defineErrors`; a code fixes whether a retry can help,
 * what the message says and what to do. Errors cross threads as data, because postMessage drops `code`.
 */

export type ErrorContext = Record<string, string | number | boolean | null>;

export interface ErrorDefinition {
  /** `{name}` is replaced by the context's value. Says what happened, with the values. */
  readonly message: string;
  /** What the reader can do about it. */
  readonly remedy: string;
  readonly retryable?: boolean;
  /** Exit code of a command that ends with it: 1 failed (default), 2 usage or configuration, 3 unhealthy. */
  readonly exit?: 1 | 2 | 3;
}

export interface ErrorData {
  readonly code: string;
  readonly message: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly exit: number;
  readonly context: ErrorContext;
  readonly stack?: string | undefined;
}

export class LaError extends Error {
  readonly code: string;
  readonly remedy: string;
  readonly retryable: boolean;
  readonly exit: number;
  readonly context: ErrorContext;

  constructor(data: Omit<ErrorData, 'stack'>, options?: ErrorOptions) {
    super(data.message, options);
    this.name = 'LaError';
    this.code = data.code;
    this.remedy = data.remedy;
    this.retryable = data.retryable;
    this.exit = data.exit;
    this.context = data.context;
  }
}

const catalogue = new Map<string, ErrorDefinition>();

/** Declares a folder's codes (`LA_…`) and returns the function that makes their errors. */
export function defineErrors<const D extends Record<`LA_${string}`, ErrorDefinition>>(
  definitions: D,
): (code: keyof D & string, context?: ErrorContext, cause?: unknown) => LaError {
  for (const [code, definition] of Object.entries(definitions)) catalogue.set(code, definition);
  return (code, context = {}, cause) => {
    const definition = definitions[code as keyof D] as ErrorDefinition;
    const fill = (text: string) =>
      text.replace(/\{(\w+)\}/g, (whole, name: string) =>
        name in context ? String(context[name]) : whole,
      );
    return new LaError(
      {
        code,
        message: fill(definition.message),
        remedy: fill(definition.remedy),
        retryable: definition.retryable ?? false,
        exit: definition.exit ?? 1,
        context,
      },
      cause === undefined ? undefined : { cause },
    );
  };
}

/** Every code declared by the modules loaded so far; docs/errors.md is held against it. */
export const errorCatalogue = (): ReadonlyMap<string, ErrorDefinition> => catalogue;

export function errorToData(error: unknown): ErrorData {
  if (error instanceof LaError) {
    const { code, message, remedy, retryable, exit, context, stack } = error;
    return { code, message, remedy, retryable, exit, context, stack };
  }
  const plain = error instanceof Error ? error : new Error(String(error));
  return {
    code: 'LA_UNEXPECTED',
    message: plain.message,
    remedy: 'This is a defect: please report it with the stack trace.',
    retryable: false,
    exit: 1,
    context: {},
    stack: plain.stack,
  };
}

export function errorFromData(data: ErrorData): LaError {
  const error = new LaError(data);
  if (data.stack !== undefined) error.stack = data.stack;
  return error;
}

/** For programmer errors: on in production, ends the actor, whose supervisor restarts it from its checkpoint. */
export function check(condition: boolean, text: string): asserts condition {
  if (!condition) throw new Error(`check failed: ${text}`);
}
