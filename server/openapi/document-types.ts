/** A part of the document: plain JSON. */
export type Json = Record<string, unknown>;

/** The parts of OpenAPI 3.1 that our own programs read. */
export type OpenApiDocument = Json & {
  info: Json & { version: string };
  paths: Record<string, Record<string, Operation>>;
  components: Json & { schemas: Record<string, Json> };
};

export type Operation = Json & {
  operationId: string;
  parameters: Json[];
  requestBody?: Content;
  responses: Record<string, Response>;
};

/** Without content, there is no body. */
export type Response = Partial<Content> & { headers: Json };

type Content = Json & { content: Record<'application/json', Body> };
type Body = { schema: Json; example?: unknown; examples?: Record<string, { value: unknown }> };
