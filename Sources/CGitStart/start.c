#include "CGitStart.h"

// When libgit2 starts, Debian's build reads all 140 certificates that the system trusts, which takes
// longer than to list the references of a server, and each worker process starts it anew. Nobody
// asks those certificates: TLS is done by the Git room's own streams. This function stands in front
// of mbedTLS's own, so that libgit2 finds no authority and would trust no server by itself. Builds
// of libgit2 with another TLS library never call it.
int mbedtls_x509_crt_parse_file(void *chain, const char *path) {
    (void)chain;
    (void)path;
    const int file_io_error = -0x2900;
    return file_io_error;
}
