/** Who acts, as known at this instant. Made from a verified session or token, never from headers. */
export type Principal = {
  readonly id: string
  readonly kind: 'person' | 'machine'
  readonly name: string
  readonly roles: readonly string[]
  /** As the identity provider names it (`lang`, `locale`), BCP 47; null where it names none. */
  readonly language: string | null
  readonly tenants: readonly string[]
  readonly credential: {
    readonly kind: 'session' | 'token'
    readonly sessionId?: string
    readonly expiresAt: Date
    /** When the person last proved who they are (OIDC `auth_time`); undefined where nothing says so. */
    readonly authenticatedAt: Date | undefined
  }
}

/** Where a request came from; goes into its audit entry. */
export type RequestOrigin = {
  readonly httpRequestId: string
  readonly ip: string
  readonly userAgent: string
}
