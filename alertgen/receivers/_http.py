"""How Alertmanager talks HTTP: the settings that nearly every integration shares."""

from __future__ import annotations

from alertgen.receivers._field import (
    Field,
    Kind,
    Needs,
    at_most_one,
    block,
    exactly_one,
    flag,
    from_file,
    only_literal,
    setting,
    text,
    url,
)

_TLS_VERSIONS = ("TLS10", "TLS11", "TLS12", "TLS13")


def tls_config(about: str) -> Field:
    """Certificates and names; also what SMTP uses."""
    return block(
        "tls_config",
        about,
        (
            setting("ca_file", Kind.FILE, "The authority that signed the server's certificate."),
            setting("cert_file", Kind.FILE, "Alertmanager's own certificate."),
            only_literal("key", "Alertmanager's own key.", advice="use key_file", since="0.26"),
            setting("key_file", Kind.FILE, "Alertmanager's own key."),
            text("server_name", "The name that the server's certificate is for."),
            flag("insecure_skip_verify", "Trust any certificate."),
            setting("min_version", Kind.CHOICE, "The oldest TLS that is spoken.", choices=_TLS_VERSIONS),
            setting("max_version", Kind.CHOICE, "The newest TLS that is spoken.", choices=_TLS_VERSIONS),
        ),
        Needs("cert_file", "key_file"),
        Needs("key_file", "cert_file"),
    )


HTTP_CONFIG = block(
    "http_config",
    "How Alertmanager talks to it: authentication, TLS, proxy.",
    (
        block(
            "authorization",
            "The Authorization header.",
            (
                text("type", "The scheme.", default="Bearer"),
                *from_file("credentials", "what follows the scheme", required=True),
            ),
        ),
        block(
            "basic_auth",
            "User and password.",
            (
                text("username", "The user."),
                setting("username_file", Kind.FILE, "The file that holds the user.", since="0.27"),
                *from_file("password", "the password"),
            ),
            exactly_one("username", "username_file"),
        ),
        block(
            "oauth2",
            "OAuth 2.0 client credentials.",
            (
                text("client_id", "The client.", required=True),
                *from_file("client_secret", "the client's secret", required=True),
                url("token_url", "Where tokens come from.", required=True),
                setting("scopes", Kind.TEXTS, "The scopes that are asked for."),
                setting("endpoint_params", Kind.PAIRS, "Further parameters of the token request."),
                tls_config("TLS towards the token server."),
            ),
        ),
        flag("follow_redirects", "Follow redirects.", default=True),
        flag("enable_http2", "Speak HTTP/2.", default=True),
        url("proxy_url", "The proxy."),
        text("no_proxy", "Hosts and networks that need no proxy, separated by commas.", since="0.26"),
        flag("proxy_from_environment", "Take the proxy from Alertmanager's environment.", since="0.26"),
        only_literal(
            "proxy_connect_header",
            "Headers of the CONNECT request.",
            advice="use a proxy that needs no header",
            since="0.26",
        ),
        block(
            "http_headers",
            "Further headers by name.",
            (
                setting("values", Kind.TEXTS, "Values that are no secret."),
                only_literal("secrets", "Secret values.", advice="use files"),
                setting("files", Kind.FILES, "Files that hold secret values."),
            ),
            kind=Kind.NAMED,
            since="0.28",
        ),
        tls_config("TLS towards the server."),
    ),
    at_most_one("authorization", "basic_auth", "oauth2"),
    at_most_one("proxy_from_environment", "proxy_url"),
    Needs("no_proxy", "proxy_url"),
)
"""prometheus/common's HTTP client configuration, without its deprecated names."""
