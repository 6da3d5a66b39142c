#include "test.h"

#include <string.h>

#include "base/hash.h"

enum { LARGEST = 100000 };
static unsigned char bytes[LARGEST + 1];

/** What xxhsum 0.8.1 prints (-H2 and -H3) for the first `size` bytes. The sizes are where XXH3 changes its
 * way. */
static const struct {
    size_t size;
    const char *text;
    uint64_t number;
} known[] = {
    {0, "99aa06d3014798d86001c324468d497f", 0x2d06800538d394c2},
    {1, "495b62073ef70ca44c5cca45d0f4811f", 0x4c5cca45d0f4811f},
    {3, "46f66cb93538156515f7093b173d005c", 0x15f7093b173d005c},
    {4, "7fefeeffb4d0eab3b987ca5d9241572a", 0xdca012f95811b6b9},
    {8, "803c675a846cc6c256bb836ceb6d4baa", 0xdec6a9a43575982e},
    {9, "d46556872d230f224376673580310154", 0xcbe393399f17ffbd},
    {16, "650fe308c566747df853dd94614dfa07", 0x7e484c18d74895d0},
    {17, "18217300b5132d5a78c349fe81b2f26c", 0x208bde5ee2bed407},
    {128, "b4f87b99d2db8a511e04fad9f0cacb4d", 0xf92b70eaa21a6288},
    {129, "6881633650cd8924c51bc887976aef63", 0xf8f76713f2bb60fa},
    {240, "de57aab31e77a2ff93e173833f75ab66", 0xccc7375172c41f03},
    {241, "92b991a7192f3f080b3b630948ce4a00", 0x0b3b630948ce4a00},
    {512, "ec8d06606a76c392700b02d04cef9283", 0x700b02d04cef9283},
    {1000, "40985c36f8e1264530b12582c2fd530e", 0x30b12582c2fd530e},
    {1024, "90203ebc60ecf4c885c6594a986f7085", 0x85c6594a986f7085},
    {1025, "bd9d767e3e6923da4fd455076d9dad8a", 0x4fd455076d9dad8a},
    {LARGEST, "34e06f7f595675ce4e2ce503d61747ba", 0x4e2ce503d61747ba},
};

enum { KNOWN = sizeof known / sizeof known[0] };

static int fill_bytes(void **state) {
    (void)state;
    for (size_t i = 0; i < LARGEST; i++) {
        bytes[i] = (unsigned char)(i * 31 + 7 * (i / 256) + 7);
    }
    return 0;
}

/** The hash of `size` bytes, added in pieces of `piece` bytes. */
static void hash_in_pieces(const unsigned char *from, size_t size, size_t piece, char text[HASH_TEXT_SIZE]) {
    hash_t *hash = NULL;
    assert_ok(hash_create(&hash));
    for (size_t at = 0; at < size; at += piece) {
        hash_add(hash, from + at, size - at < piece ? size - at : piece);
    }
    hash_text(hash, text);
    hash_destroy(hash);
}

static void test_known_hashes(void **state) {
    (void)state;
    for (int i = 0; i < KNOWN; i++) {
        char text[HASH_TEXT_SIZE];
        hash_in_pieces(bytes, known[i].size, LARGEST, text);
        assert_string_equal(text, known[i].text);
        assert_true(hash_bytes(bytes, known[i].size) == known[i].number);
    }
}

static void test_pieces_give_the_hash_of_the_whole(void **state) {
    (void)state;
    static const size_t pieces[] = {1, 3, 63, 64, 65, 255, 256, 257, 1024, 4099};
    for (int i = 0; i < KNOWN; i++) {
        for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
            char text[HASH_TEXT_SIZE];
            hash_in_pieces(bytes, known[i].size, pieces[k], text);
            assert_string_equal(text, known[i].text);
        }
    }
}

static void test_place_in_memory_does_not_matter(void **state) {
    (void)state;
    memmove(bytes + 1, bytes, LARGEST);
    for (int i = 0; i < KNOWN; i++) {
        char text[HASH_TEXT_SIZE];
        hash_in_pieces(bytes + 1, known[i].size, 1000, text);
        assert_string_equal(text, known[i].text);
        assert_true(hash_bytes(bytes + 1, known[i].size) == known[i].number);
    }
    fill_bytes(NULL);
}

static void test_text_can_be_asked_for_in_between(void **state) {
    (void)state;
    hash_t *hash = NULL;
    char text[HASH_TEXT_SIZE];
    assert_ok(hash_create(&hash));
    size_t added = 0;
    for (int i = 0; i < KNOWN; i++) {
        hash_add(hash, bytes + added, known[i].size - added);
        added = known[i].size;
        hash_text(hash, text);
        assert_string_equal(text, known[i].text);
        hash_text(hash, text);
        assert_string_equal(text, known[i].text);
    }
    hash_destroy(hash);
}

static void test_adding_nothing_changes_nothing(void **state) {
    (void)state;
    hash_t *hash = NULL;
    char text[HASH_TEXT_SIZE];
    assert_ok(hash_create(&hash));
    hash_add(hash, NULL, 0);
    hash_text(hash, text);
    assert_string_equal(text, known[0].text);
    hash_add(hash, bytes, 1);
    hash_add(hash, NULL, 0);
    hash_text(hash, text);
    assert_string_equal(text, known[1].text);
    hash_destroy(hash);
    hash_destroy(NULL);
}

static void test_every_single_bit_counts(void **state) {
    (void)state;
    unsigned char block[40] = {0};
    const uint64_t zeros = hash_bytes(block, sizeof block);
    for (size_t bit = 0; bit < 8 * sizeof block; bit++) {
        block[bit / 8] ^= (unsigned char)(1u << bit % 8);
        assert_true(hash_bytes(block, sizeof block) != zeros);
        block[bit / 8] ^= (unsigned char)(1u << bit % 8);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_known_hashes),
        cmocka_unit_test(test_pieces_give_the_hash_of_the_whole),
        cmocka_unit_test(test_place_in_memory_does_not_matter),
        cmocka_unit_test(test_text_can_be_asked_for_in_between),
        cmocka_unit_test(test_adding_nothing_changes_nothing),
        cmocka_unit_test(test_every_single_bit_counts),
    };
    return cmocka_run_group_tests(tests, fill_bytes, NULL);
}
