/** One error of the HTTP APIs, in the words of the Agora dialect (Agora contract sections 1.4 and 1.5). */
interface CatalogueEntry {
  status: number;
  /** `error` of the body. */
  error: string;
  /** `exception` of the body. */
  exception: string;
  /** `error_description`; `{name}` is filled from the error's parameters. */
  description: string;
}

/** Every error that a caller of the HTTP API can see; docs/errors.md lists the same. */
export const ERRORS = {
  json_malformed: {
    status: 400,
    error: 'json_parse',
    exception: 'JsonParseException',
    description: 'Unexpected character: the body is not JSON',
  },
  request_malformed: {
    status: 400,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: 'This is an invalid request.',
  },
  parameter_invalid: {
    status: 400,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: 'parameters is invalid : {parameter}',
  },
  user_unknown: {
    status: 400,
    error: 'required_property_not_found',
    exception: 'org.apache.usergrid.persistence.exceptions.RequiredPropertyNotFoundException',
    description: 'Entity user requires a property named username',
  },
  template_unknown: {
    status: 400,
    error: 'entity_not_found',
    exception: 'org.apache.usergrid.persistence.exceptions.EntityNotFoundException',
    description: '{template} template is not exist',
  },
  template_exists: {
    status: 400,
    error: 'duplicate_unique_property_exists',
    exception: 'org.apache.usergrid.persistence.exceptions.DuplicateUniquePropertyExistsException',
    description: 'Entity template requires that property named name be unique, value of {template} exists',
  },
  nicknames_empty: {
    status: 400,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: 'put user push nicknames illegal empty request body',
  },
  nicknames_too_many: {
    status: 400,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: 'put user push nicknames exceeds the limit',
  },
  nickname_too_long: {
    status: 400,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: '{username} push nickname length exceeds the limit',
  },
  message_too_large: {
    status: 400,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: 'message is too large',
  },
  client_field_missing: {
    status: 400,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: '{field} must be provided',
  },
  client_mismatch: {
    status: 400,
    error: 'invalid_grant',
    exception: 'InvalidGrantException',
    description: '{field} does not match',
  },
  user_not_activated: {
    status: 400,
    error: 'invalid_grant',
    exception: 'InvalidGrantException',
    description: 'user not activated',
  },
  password_invalid: {
    status: 400,
    error: 'invalid_grant',
    exception: 'InvalidGrantException',
    description: 'invalid password',
  },
  label_unknown: {
    status: 400,
    error: 'resource_not_found',
    exception: 'ResourceNotFoundException',
    description: 'push label not exists of {label}',
  },
  label_exists: {
    status: 400,
    error: 'duplicate_unique_property_exists',
    exception: 'org.apache.usergrid.persistence.exceptions.DuplicateUniquePropertyExistsException',
    description: 'Entity label requires that property named name be unique, value of {label} exists',
  },
  token_missing: {
    status: 401,
    error: 'unauthorized',
    exception: 'org.apache.usergrid.rest.exceptions.SecurityException',
    description: 'Unable to authenticate due to expired access token',
  },
  token_expired: {
    status: 401,
    error: 'unauthorized',
    exception: 'org.apache.usergrid.rest.exceptions.SecurityException',
    description: 'Unable to authenticate due to expired access token',
  },
  token_malformed: {
    status: 401,
    error: 'auth_bad_access_token',
    exception: 'org.apache.usergrid.rest.exceptions.SecurityException',
    description: 'Unable to authenticate due to corrupt access token',
  },
  token_unknown: {
    status: 401,
    error: 'auth_bad_access_token',
    exception: 'org.apache.usergrid.rest.exceptions.SecurityException',
    description: 'Unable to authenticate',
  },
  token_forbidden: {
    status: 401,
    error: 'unauthorized',
    exception: 'org.apache.usergrid.rest.exceptions.SecurityException',
    description: 'Unable to authenticate (OAuth)',
  },
  features_off: {
    status: 403,
    error: 'forbidden_op',
    exception: 'EasemobForbiddenOpException',
    // Clients take "service not open!" for their "service not enabled" (Agora contract section 1.6).
    description: 'advanced push features service is unopened: service not open!',
  },
  label_limit: {
    status: 403,
    error: 'limit',
    exception: 'LimitException',
    description: 'limit request',
  },
  statistics_unopened: {
    status: 403,
    error: 'forbidden_op',
    exception: 'EasemobForbiddenOpException',
    description: 'offline push statistics service is unopened',
  },
  app_not_found: {
    status: 404,
    error: 'organization_application_not_found',
    exception: 'OrganizationApplicationNotFoundException',
    description: 'Could not find application for {app} from URI: {uri}',
  },
  grant_user_not_found: {
    status: 404,
    error: 'invalid_grant',
    exception: 'InvalidGrantException',
    description: 'user not found',
  },
  grant_user_missing: {
    status: 404,
    error: 'entity_not_found',
    exception: 'org.apache.usergrid.persistence.exceptions.EntityNotFoundException',
    description: 'User null not found',
  },
  user_not_found: {
    status: 404,
    error: 'service_resource_not_found',
    exception: 'UserNotFoundException',
    description: 'Service resource not found',
  },
  device_not_found: {
    status: 404,
    error: 'service_resource_not_found',
    exception: 'ServiceResourceNotFoundException',
    description: 'Service resource not found : device {device}',
  },
  device_token_not_found: {
    status: 404,
    error: 'service_resource_not_found',
    exception: 'ServiceResourceNotFoundException',
    description: 'Service resource not found : token {credential}',
  },
  credential_not_found: {
    status: 404,
    error: 'service_resource_not_found',
    exception: 'ServiceResourceNotFoundException',
    description: 'Service resource not found : credential {credential}',
  },
  message_not_found: {
    status: 404,
    error: 'service_resource_not_found',
    exception: 'ServiceResourceNotFoundException',
    description: 'Service resource not found : message {message}',
  },
  group_not_found: {
    status: 404,
    error: 'service_resource_not_found',
    exception: 'ServiceResourceNotFoundException',
    description: 'Service resource not found : group {group}',
  },
  path_unknown: {
    status: 404,
    error: 'not_found',
    exception: 'NotFoundException',
    description: 'url is invalid',
  },
  method_not_allowed: {
    status: 405,
    error: 'not_allowed',
    exception: 'NotAllowedException',
    description: '{method} is not allowed on this url',
  },
  request_timeout: {
    status: 408,
    error: 'request_timeout',
    exception: 'RequestTimeoutException',
    description: 'The request did not arrive in time',
  },
  body_too_large: {
    status: 413,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: 'request body is too large',
  },
  media_type_unsupported: {
    status: 415,
    error: 'web_application',
    exception: 'WebApplicationException',
    description: 'Unsupported Media Type',
  },
  rate_limited: {
    status: 429,
    error: 'reach_limit',
    exception: 'ReachLimitException',
    description: 'This request has reached API limit',
  },
  headers_too_large: {
    status: 431,
    error: 'illegal_argument',
    exception: 'java.lang.IllegalArgumentException',
    description: 'request headers are too large',
  },
  internal: {
    status: 500,
    error: 'internal_server_error',
    exception: 'InternalServerErrorException',
    description: 'The server failed; it has logged why',
  },
  unavailable: {
    status: 503,
    error: 'service_unavailable',
    exception: 'ServiceUnavailableException',
    description: 'server timeout',
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof ERRORS;

/** An error that the caller caused or must know of. Thrown anywhere in the API, answered in the caller's dialect. */
export class ApiError extends Error {
  readonly code: ErrorCode;
  readonly status: number;

  constructor(code: ErrorCode, parameters: Readonly<Record<string, string>> = {}, options?: ErrorOptions) {
    const { description, status } = ERRORS[code];
    super(
      description.replace(/\{(\w+)\}/g, (placeholder, name: string) => parameters[name] ?? placeholder),
      options,
    );
    this.name = 'ApiError';
    this.code = code;
    this.status = status;
  }
}
