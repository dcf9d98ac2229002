#ifndef UPREV_CGITSTART_H
#define UPREV_CGITSTART_H

/// Refuses to read authorities for libgit2's own TLS; called by libgit2 when it starts.
int mbedtls_x509_crt_parse_file(void *chain, const char *path);

#endif
