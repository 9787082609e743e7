/* Colliding prefixes of different VPNs, found by a scalar program: parsed by hand, radix sorted, swept.

   sweep FILE         the figures as JSON, as `comparators.py` prints them
   sweep FILE named   the first hundred pairs instead

   FILE is CSV with the header `vpn,prefix`, without quotes. A line that is no prefix ends the program. */

#define _POSIX_C_SOURCE 200809L
#include <arpa/inet.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

enum { BLOCK = 1 << 20, NAMED = 100, VPN_BITS = 24, SLOTS = 1 << 17, MOST_VPNS = SLOTS / 2 };

/* A record is one word for IPv4 (address, length, VPN) and three for IPv6 (two of the address, then length
   and VPN), so that comparing its words in turn compares address, length and VPN. */
struct list {
    uint64_t *words;
    size_t count, room;
};

struct prefix {
    uint64_t first[2], last[2];
    uint32_t length, vpn;
};

static struct list four, six;
static struct vpn {
    char *name;
    size_t length;
} vpns[MOST_VPNS]; /* in the order they came */
static uint32_t places[SLOTS], vpn_count; /* a hash table of 1 + VPN */
static size_t line, named_count;
static char named[NAMED][256];

static _Noreturn void refuse(const char *why) {
    fprintf(stderr, "line %zu: %s\n", line, why);
    exit(1);
}

static void *sized(void *old, size_t bytes) {
    void *memory = realloc(old, bytes ? bytes : 1);
    if (!memory) refuse("no memory left");
    return memory;
}

static uint32_t vpn_of(const char *name, size_t length) {
    uint32_t hash = 2166136261u, slot;
    for (size_t at = 0; at < length; at++) hash = (hash ^ (unsigned char)name[at]) * 16777619u;
    for (slot = (hash ^ hash >> 15) % SLOTS; places[slot]; slot = (slot + 1) % SLOTS) {
        const struct vpn *known = &vpns[places[slot] - 1];
        if (known->length == length && !memcmp(known->name, name, length)) return places[slot] - 1;
    }
    if (vpn_count == MOST_VPNS) refuse("too many VPNs");
    vpns[vpn_count] = (struct vpn){memcpy(sized(NULL, length), name, length), length};
    places[slot] = ++vpn_count;
    return vpn_count - 1;
}

static uint64_t *added(struct list *list, int words) {
    if (list->count == list->room) {
        list->room = list->room ? list->room * 2 : 4096;
        list->words = sized(list->words, list->room * (size_t)words * sizeof(uint64_t));
    }
    return list->words + (size_t)words * list->count++;
}

/* The bits of the 64 from bit `from` of an address on that stand behind the length. */
static uint64_t behind(uint32_t length, uint32_t from) {
    if (length <= from) return UINT64_MAX;
    return length >= from + 64 ? 0 : UINT64_MAX >> (length - from);
}

static const char *decimal(const char *at, uint32_t *value) {
    const char *start = at;
    uint32_t digit;
    for (*value = 0; (digit = (uint32_t)*at - '0') < 10 && at - start < 4; at++) *value = *value * 10 + digit;
    if (at == start || (*start == '0' && at - start > 1)) refuse("not a number");
    return at;
}

static int hex(char of) {
    if (of >= '0' && of <= '9') return of - '0';
    of |= 32;
    return of >= 'a' && of <= 'f' ? of - 'a' + 10 : -1;
}

static const char *read_four(const char *at, uint32_t vpn) {
    uint64_t address = 0;
    uint32_t value, length;
    for (int byte = 0; byte < 4; byte++) {
        at = decimal(at, &value);
        if (value > 255 || *at++ != (byte < 3 ? '.' : '/')) refuse("not an IPv4 prefix");
        address = address << 8 | value;
    }
    at = decimal(at, &length);
    if (length > 32 || address << 32 & behind(length, 0)) refuse("not an IPv4 prefix");
    *added(&four, 1) = address << 32 | length << VPN_BITS | vpn;
    return at;
}

static const char *read_six(const char *at, uint32_t vpn) {
    static const char no[] = "not an IPv6 prefix";
    uint64_t half[2] = {0, 0}, group[8] = {0};
    uint32_t count = 0, gap = 9, length;
    if (at[0] == ':' && at[1] == ':') gap = 0, at += 2;
    while (*at != '/') {
        const char *start = at;
        if (count == 8) refuse(no);
        for (int digit; (digit = hex(*at)) >= 0; at++) group[count] = group[count] << 4 | (uint64_t)digit;
        if (at == start || at - start > 4) refuse(no);
        count++;
        if (*at == '/') break;
        if (*at++ != ':' || *at == '/' || (*at == ':' && gap < 9)) refuse(no);
        if (*at == ':') gap = count, at++;
    }
    if (gap < 9 ? count == 8 : count < 8) refuse(no);
    for (uint32_t from = 0; from < count; from++) {
        uint32_t to = from >= gap ? from + 8 - count : from;
        half[to / 4] |= group[from] << (48 - to % 4 * 16);
    }
    at = decimal(at + 1, &length);
    if (length > 128 || half[0] & behind(length, 0) || half[1] & behind(length, 64)) refuse(no);
    memcpy(added(&six, 3), (uint64_t[]){half[0], half[1], length << VPN_BITS | vpn}, 3 * sizeof half[0]);
    return at;
}

/* The line ends with a newline, at which every loop stops. */
static const char *read_line(const char *at) {
    const char *name = at, *address;
    while (*at != ',' && *at != '\n') at++;
    if (line++ == 0) {
        if (strncmp(name, "vpn,prefix", 10)) refuse("the header is not vpn,prefix");
        at = name + 10;
    } else {
        if (*at == '\n') refuse("no comma");
        uint32_t vpn = vpn_of(name, (size_t)(at - name));
        for (address = ++at; hex(*at) >= 0;) at++;
        at = *at == ':' ? read_six(address, vpn) : read_four(address, vpn);
    }
    if (*at == '\r') at++;
    if (*at != '\n') refuse("more than a prefix");
    return at + 1;
}

static void read_file(const char *path) {
    static char block[BLOCK + 1];
    FILE *file = fopen(path, "rb");
    if (!file) refuse("the file does not open");
    setvbuf(file, NULL, _IONBF, 0);
    for (size_t kept = 0, end, whole; (end = kept + fread(block + kept, 1, BLOCK - kept, file)) > 0;) {
        if (end < BLOCK && block[end - 1] != '\n') block[end++] = '\n';
        for (whole = end; whole && block[whole - 1] != '\n';) whole--;
        if (!whole) refuse("a line of a megabyte");
        for (const char *at = block; at < block + whole;) at = read_line(at);
        memmove(block, block + whole, kept = end - whole);
    }
    if (ferror(file)) refuse("the file cannot be read");
    fclose(file);
}

/* By all words, the last one first, a byte at a time; a byte that is the same everywhere costs nothing.
   `words` is a constant where this is called, so that each call becomes a loop of its own. */
static inline void sort(struct list *list, size_t words) {
    static size_t places_of[8][256];
    uint64_t *from = list->words, *to = sized(NULL, list->count * words * sizeof *to);
    for (size_t word = words; list->count && word-- > 0;) {
        memset(places_of, 0, sizeof places_of);
        for (size_t at = word; at < list->count * words; at += words)
            for (int byte = 0; byte < 8; byte++) places_of[byte][from[at] >> 8 * byte & 255]++;
        for (int byte = 0; byte < 8; byte++) {
            size_t start = 0, *place = places_of[byte];
            if (place[from[word] >> 8 * byte & 255] == list->count) continue;
            for (int value = 0; value < 256; value++) {
                size_t count = place[value];
                place[value] = start, start += count;
            }
            for (const uint64_t *record = from; record < from + list->count * words; record += words) {
                uint64_t *put = to + place[record[word] >> 8 * byte & 255]++ * words;
                for (size_t each = 0; each < words; each++) put[each] = record[each];
            }
            uint64_t *swapped = from;
            from = to, to = swapped;
        }
    }
    list->words = from;
    free(to);
}

static struct prefix unpacked(const uint64_t *record, size_t words) {
    uint64_t tail = record[words - 1], first[2] = {words == 3 ? record[0] : tail >> 32 << 32, 0};
    uint32_t length = tail >> VPN_BITS & 255, vpn = tail & ((1 << VPN_BITS) - 1);
    if (words == 3) first[1] = record[1];
    return (struct prefix){
        {first[0], first[1]}, {first[0] | behind(length, 0), first[1] | behind(length, 64)}, length, vpn};
}

static void name(const struct prefix *prefix, size_t words, const char *between) {
    char *text = named[named_count], address[INET6_ADDRSTRLEN];
    unsigned char bytes[16];
    for (int at = 0; at < 16; at++) bytes[at] = (unsigned char)(prefix->first[at / 8] >> (56 - at % 8 * 8));
    inet_ntop(words == 3 ? AF_INET6 : AF_INET, bytes, address, sizeof address);
    snprintf(text + strlen(text), sizeof named[0] - strlen(text), "%.*s %s/%u%s", /* cut if very long */
             (int)vpns[prefix->vpn].length, vpns[prefix->vpn].name, address, prefix->length, between);
}

static int ends_before(const struct prefix *one, const struct prefix *other) {
    const uint64_t *last = one->last, *first = other->first;
    return last[0] < first[0] || (last[0] == first[0] && last[1] < first[1]);
}

/* Walks the sorted records with those around the present one on a stack. As many of them collide with it as
   there are, less those of its own VPN; they are visited only to be named. */
static inline uint64_t swept(const struct list *list, size_t words) {
    static uint32_t own[MOST_VPNS]; /* on the stack, of each VPN */
    struct prefix *stack = NULL;
    size_t depth = 0, room = 0;
    uint64_t pairs = 0;
    for (const uint64_t *at = list->words; at < list->words + list->count * words; at += words) {
        if (at > list->words && !memcmp(at, at - words, words * sizeof *at)) continue;
        struct prefix now = unpacked(at, words);
        while (depth && ends_before(&stack[depth - 1], &now)) own[stack[--depth].vpn]--;
        pairs += depth - own[now.vpn];
        for (size_t other = 0; depth > own[now.vpn] && other < depth && named_count < NAMED; other++) {
            if (stack[other].vpn == now.vpn) continue;
            name(&now, words, " - ");
            name(&stack[other], words, "");
            named_count++;
        }
        if (depth == room) stack = sized(stack, (room = room ? room * 2 : 256) * sizeof *stack);
        stack[depth++] = now, own[now.vpn]++;
    }
    while (depth) own[stack[--depth].vpn]--;
    free(stack);
    return pairs;
}

static double seconds(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* In MiB, of this program alone: what getrusage says may be the peak of the process it was started by. */
static double peak(void) {
    struct rusage used;
    char text[200];
    double kib;
    FILE *status = fopen("/proc/self/status", "r");
    while (status && fgets(text, sizeof text, status))
        if (sscanf(text, "VmHWM: %lf", &kib) == 1) return kib / 1024;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_maxrss / 1024;
}

int main(int count, char **words) {
    if (count < 2) refuse("usage: sweep FILE [named]");
    double start = seconds();
    read_file(words[1]);
    double parsed = seconds();
    sort(&four, 1);
    sort(&six, 3);
    uint64_t pairs = swept(&four, 1) + swept(&six, 3);
    double detected = seconds();
    for (size_t at = 0; count > 2 && at < named_count; at++) puts(named[at]);
    if (count > 2) return 0;
    printf("{\"import\": 0.0, \"parse\": %.6f, \"detect\": %.6f, ", parsed - start, detected - parsed);
    printf("\"pairs\": %llu, \"named\": %zu, \"peak\": %.2f}\n", (unsigned long long)pairs, named_count,
           peak());
    return 0;
}
