/** CRC-32C (Castagnoli), as Kafka's record batches carry it. */
typedef unsigned char u8;
typedef unsigned int u32;

static u32 table[256];

[[clang::export_name("crc32cInit")]] void crc32c_init(void) {
  for (u32 i = 0; i < 256; i++) {
    u32 crc = i;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? 0x82F63B78u : 0);
    table[i] = crc;
  }
}

[[clang::export_name("crc32c")]] u32 crc32c(const u8 *bytes, u32 length) {
  u32 crc = ~0u;
  for (u32 i = 0; i < length; i++) crc = table[(crc ^ bytes[i]) & 255] ^ (crc >> 8);
  return ~crc;
}
