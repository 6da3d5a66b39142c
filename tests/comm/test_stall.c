// Who holds up the ranks of a host, judged from what they show. The thread that looks is tested on real
// ranks, by tests/faults/test_stall.sh.
#include "test.h"

#include "../../src/comm/stall.h"

enum { RANKS = 3, LIMIT = 5 };

static stall_slot_t slots[RANKS];
static stall_view_t views[RANKS];

static int begin(void **state) {
    (void)state;
    for (int i = 0; i < RANKS; i++) {
        stall_prepare(&slots[i], i);
        views[i] = (stall_view_t){0};
    }
    return 0;
}

/** Looks so many times; those that run, one bit a rank, look too. */
static void look(int times, unsigned running) {
    for (int time = 0; time < times; time++) {
        for (int i = 0; i < RANKS; i++) {
            slots[i].looks += running >> i & 1;
            stall_look(&views[i], &slots[i]);
        }
    }
}

static void enter_all_but(int absent, stall_place_t place) {
    for (int i = 0; i < RANKS; i++) {
        if (i != absent) {
            stall_enter(&slots[i], place);
        }
    }
}

static void assert_blamed(unsigned expected) {
    unsigned blamed = 0;
    for (int i = 0; i < RANKS; i++) {
        blamed |= (unsigned)stall_is_to_blame(&slots[i], &views[i], LIMIT) << i;
    }
    assert_int_equal(blamed, expected);
}

static void who_has_not_come_is_to_blame(void **state) {
    (void)state;
    for (int i = 0; i < 4; i++) {
        enter_all_but(-1, STALL_REDUCES);
        for (int rank = 0; rank < RANKS; rank++) {
            stall_leave(&slots[rank]);
        }
    }
    stall_alive(&slots[1], 5);
    enter_all_but(1, STALL_REDUCES);
    look(LIMIT, 7);
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_NONE);
    look(1, 7);
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_HERE);
    assert_blamed(1 << 1);
    assert_int_equal(slots[1].step, 5);
    // It comes after all, and another goes on before it has left.
    stall_enter(&slots[1], STALL_REDUCES);
    look(1, 7);
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_NONE);
    look(LIMIT - 1, 7);
    stall_leave(&slots[0]);
    stall_enter(&slots[0], STALL_REDUCES);
    look(1, 7);
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_NONE);
}

/** Where the others wait for an evaluation, say. */
static void signs_of_life_excuse(void **state) {
    (void)state;
    enter_all_but(0, STALL_WAITS);
    stall_alive(&slots[0], 1);
    for (int i = 0; i < 10; i++) {
        look(LIMIT, 7);
        assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_NONE);
        stall_alive(&slots[0], 1);
    }
    look(LIMIT + 1, 7);
    assert_blamed(1 << 0);
}

static void who_stopped_among_those_that_wait_is_to_blame(void **state) {
    (void)state;
    enter_all_but(-1, STALL_REDUCES);
    look(LIMIT + 1, 7 & ~(1 << 2));
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_HERE);
    assert_blamed(1 << 2);
}

/** Rank 0 stopped after it gave rank 2 what that needed, and before rank 1. */
static void who_still_waits_in_the_one_before_is_not_to_blame(void **state) {
    (void)state;
    enter_all_but(-1, STALL_REDUCES);
    stall_leave(&slots[2]);
    stall_enter(&slots[2], STALL_REDUCES);
    look(LIMIT + 1, 7 & ~(1 << 0));
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_HERE);
    assert_blamed(1 << 0);
}

static void where_all_wait_another_host_is_to_blame(void **state) {
    (void)state;
    enter_all_but(-1, STALL_REDUCES);
    look(LIMIT + 1, 7);
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_ELSEWHERE);
    assert_blamed(0);
    // For an evaluation on another host they wait for as long as it takes.
    for (int i = 0; i < RANKS; i++) {
        stall_leave(&slots[i]);
    }
    enter_all_but(-1, STALL_WAITS);
    look(4 * LIMIT, 7);
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_NONE);
}

static void several_are_to_blame(void **state) {
    (void)state;
    stall_enter(&slots[2], STALL_REDUCES);
    look(LIMIT + 1, 7);
    assert_blamed(1 << 0 | 1 << 1);
}

static void who_is_no_longer_watched_is_not_to_blame(void **state) {
    (void)state;
    slots[1].looks = STALL_GONE;
    enter_all_but(1, STALL_WAITS);
    look(4 * LIMIT, 7 & ~(1 << 1));
    assert_int_equal(stall_judge(slots, views, RANKS, LIMIT), STALL_NONE);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_has_not_come_is_to_blame, begin),
        cmocka_unit_test_setup(signs_of_life_excuse, begin),
        cmocka_unit_test_setup(who_stopped_among_those_that_wait_is_to_blame, begin),
        cmocka_unit_test_setup(who_still_waits_in_the_one_before_is_not_to_blame, begin),
        cmocka_unit_test_setup(where_all_wait_another_host_is_to_blame, begin),
        cmocka_unit_test_setup(several_are_to_blame, begin),
        cmocka_unit_test_setup(who_is_no_longer_watched_is_not_to_blame, begin),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
