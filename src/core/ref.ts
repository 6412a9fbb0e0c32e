declare const refBrand: unique symbol;

/** The address of one connection, as Erlang's pid: a string that can be stored, logged and sent to another node. */
export type Ref = string & { readonly [refBrand]: true };
