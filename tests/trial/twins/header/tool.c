#include <sodium.h>
int main(void) { return sizeof(crypto_hash_BYTES) < 0; }
