/*
 * What an XPath finds. Expressions come from templates, which people write, so
 * each mistake has its words; they are compiled once and asked often.
 */
#include "markup/markup_priv.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include <libxml/xpath.h>
#include <libxml/xpathInternals.h>

#include "base/mem.h"
#include "base/text.h"

/* Of one expression; half a second's worth, where a sane one takes a few. */
#define OPERATIONS_MAX 20000000

#define FUNCTIONS_MAX 8
#define WORDS_MAX     10

struct markup_path {
	xmlXPathCompExprPtr xml;
	char *attribute; /* that it names, and nothing else; or NULL */
	bool is_self;    /* "." */
};

struct markup_scope {
	xmlXPathContextPtr xml;
	struct markup_function functions[FUNCTIONS_MAX];
	size_t function_count;
	xmlDocPtr scratch;     /* the nodes that split() made, for what is being found */
	const char *complaint; /* the first */
};

struct markup_found {
	xmlXPathObjectPtr xml; /* NULL of a node that was named */
	xmlNodePtr node;       /* NULL: it is not there */
	xmlDocPtr scratch;     /* holds some of its nodes, or NULL */
};

/* --- mistakes --- */

/* By libxml2's numbers, whose own words are for its writers. */
static const char *
complaint_of(int code)
{
	static const char *const words[] = {
		[XPATH_NUMBER_ERROR] = "a number is malformed",
		[XPATH_UNFINISHED_LITERAL_ERROR] = "a string is not closed",
		[XPATH_START_LITERAL_ERROR] = "a string is expected",
		[XPATH_VARIABLE_REF_ERROR] = "a variable's name is expected after $",
		[XPATH_UNDEF_VARIABLE_ERROR] = "there is no such variable",
		[XPATH_INVALID_PREDICATE_ERROR] = "a condition in [ ] is malformed",
		[XPATH_UNCLOSED_ERROR] = "a bracket is not closed",
		[XPATH_INVALID_OPERAND] = "an operand is of the wrong kind",
		[XPATH_INVALID_TYPE] = "a value is of the wrong kind",
		[XPATH_INVALID_ARITY] = "a function is given too many arguments, or too few",
		[XPATH_UNKNOWN_FUNC_ERROR] = "there is no such function",
		[XPATH_UNDEF_PREFIX_ERROR] = "a prefix stands for no namespace",
		[XPATH_STACK_ERROR] = "a value is missing",
		[XPATH_OP_LIMIT_EXCEEDED] = "takes too long",
		[XPATH_RECURSION_LIMIT_EXCEEDED] = "is nested too deeply",
	};
	size_t i = (size_t)(code - XML_XPATH_EXPRESSION_OK);

	if (code < XML_XPATH_EXPRESSION_OK || i >= sizeof(words) / sizeof(words[0]) ||
	    words[i] == NULL)
		return "is not an XPath expression";
	return words[i];
}

static void
note_complaint(struct markup_scope *scope, const xmlError *error)
{
	if (scope->complaint == NULL)
		scope->complaint = complaint_of(error->code);
}

#if LIBXML_VERSION >= 21200
static void
take_complaint(void *ctx, const xmlError *error)
#else
static void
take_complaint(void *ctx, xmlErrorPtr error)
#endif
{
	note_complaint(ctx, error);
}

/* --- expressions --- */

#define NAME_LETTERS "abcdefghijklmnopqrstuvwxyz"

/* Most are no more than "@name" or ".", and need no engine: that took most of a page's time. */
static char *
attribute_of(const char *expression)
{
	const char *name = expression + 1;
	size_t length;

	if (expression[0] != '@')
		return NULL;
	length = strspn(name, NAME_LETTERS);
	length += length > 0 ? strspn(name + length, NAME_LETTERS "0123456789-") : 0;
	return length > 0 && name[length] == '\0' ? mem_strdup(name) : NULL;
}

enum status
markup_path_new(struct markup_path **out, const char *expression, struct diag *diag)
{
	struct markup_scope scope = { 0 };
	xmlXPathContextPtr xml;
	xmlXPathCompExprPtr compiled;

	markup_share_memory();
	xml = xmlXPathNewContext(NULL);
	xml->error = take_complaint;
	xml->userData = &scope;
	compiled = xmlXPathCtxtCompile(xml, (const xmlChar *)expression);
	xmlXPathFreeContext(xml);
	if (compiled == NULL)
		return diag_set(diag, ST_FORMAT, "%s",
		    scope.complaint == NULL ? complaint_of(0) : scope.complaint);
	*out = mem_zalloc(sizeof(**out));
	(*out)->xml = compiled;
	(*out)->attribute = attribute_of(expression);
	(*out)->is_self = strcmp(expression, ".") == 0;
	return ST_OK;
}

void
markup_path_free(struct markup_path *path)
{
	if (path == NULL)
		return;
	xmlXPathFreeCompExpr(path->xml);
	free(path->attribute);
	free(path);
}

/* --- functions --- */

static const struct markup_function *
function_named(const struct markup_scope *scope, const char *name)
{
	for (size_t i = 0; i < scope->function_count; i++)
		if (strcmp(scope->functions[i].name, name) == 0)
			return &scope->functions[i];
	return NULL;
}

static void
call(xmlXPathParserContextPtr parser, int count)
{
	struct markup_scope *scope = parser->context->userData;
	const struct markup_function *function =
	    function_named(scope, (const char *)parser->context->function);
	xmlChar *words[WORDS_MAX];
	struct text out = { 0 };

	if (count > WORDS_MAX || function == NULL || (size_t)count < function->least ||
	    (size_t)count > function->most) {
		xmlXPathSetArityError(parser);
		return;
	}
	for (int i = count - 1; i >= 0; i--)
		words[i] = xmlXPathPopString(parser);
	if (parser->error == XPATH_EXPRESSION_OK)
		function->call(function->ctx, &out, (const char *const *)words, (size_t)count);
	for (int i = 0; i < count; i++)
		free(words[i]); /* of the heap that we share */
	valuePush(parser, xmlXPathNewString((const xmlChar *)text_str(&out)));
	text_fini(&out);
}

/* A node for each word, in a document of their own. */
static void
split(xmlXPathParserContextPtr parser, int count)
{
	struct markup_scope *scope = parser->context->userData;
	xmlXPathObjectPtr nodes;
	xmlChar *words;
	const char *at;

	if (count != 1) {
		xmlXPathSetArityError(parser);
		return;
	}
	words = xmlXPathPopString(parser);
	nodes = xmlXPathNewNodeSet(NULL);
	if (scope->scratch == NULL) {
		scope->scratch = xmlNewDoc((const xmlChar *)"1.0");
		xmlDocSetRootElement(scope->scratch,
		    xmlNewDocNode(scope->scratch, NULL, (const xmlChar *)"words", NULL));
	}
	at = words == NULL ? "" : (const char *)words;
	for (at += strspn(at, " \n\t"); *at != '\0'; at += strspn(at, " \n\t")) {
		size_t length = strcspn(at, " \n\t");
		xmlNodePtr word =
		    xmlNewDocNode(scope->scratch, NULL, (const xmlChar *)"word", NULL);

		xmlNodeAddContentLen(word, (const xmlChar *)at, (int)length);
		xmlAddChild(xmlDocGetRootElement(scope->scratch), word);
		xmlXPathNodeSetAddUnique(nodes->nodesetval, word);
		at += length;
	}
	free(words);
	valuePush(parser, nodes);
}

/* --- the scope --- */

struct markup_scope *
markup_scope_new(struct markup_document *document)
{
	struct markup_scope *scope = mem_zalloc(sizeof(*scope));

	scope->xml = xmlXPathNewContext(document->xml);
	scope->xml->error = take_complaint;
	scope->xml->userData = scope;
	scope->xml->opLimit = OPERATIONS_MAX;
	xmlXPathContextSetCache(scope->xml, 1, -1, 0);
	/* Else telling which of two nodes comes first means walking over all between. */
	xmlXPathOrderDocElems(document->xml);
	xmlXPathRegisterFunc(scope->xml, (const xmlChar *)"split", split);
	return scope;
}

void
markup_scope_free(struct markup_scope *scope)
{
	if (scope == NULL)
		return;
	xmlFreeDoc(scope->scratch);
	xmlXPathFreeContext(scope->xml);
	free(scope);
}

void
markup_scope_function(struct markup_scope *scope, const struct markup_function *function)
{
	assert(scope->function_count < FUNCTIONS_MAX);
	scope->functions[scope->function_count++] = *function;
	xmlXPathRegisterFunc(scope->xml, (const xmlChar *)function->name, call);
}

static struct markup_found *
found_new(xmlXPathObjectPtr xml)
{
	struct markup_found *found = mem_zalloc(sizeof(*found));

	found->xml = xml;
	return found;
}

/* As the engine has it. */
static xmlXPathObjectPtr
object_of(const struct markup_found *found)
{
	return found->xml == NULL ? xmlXPathNewNodeSet(found->node)
				  : xmlXPathObjectCopy(found->xml);
}

struct markup_found *
markup_scope_set(struct markup_scope *scope, const char *name, const struct markup_found *found)
{
	xmlXPathObjectPtr hidden = xmlXPathVariableLookup(scope->xml, (const xmlChar *)name);

	xmlXPathRegisterVariable(scope->xml, (const xmlChar *)name, object_of(found));
	return hidden == NULL ? NULL : found_new(hidden);
}

void
markup_scope_reset(struct markup_scope *scope, const char *name, struct markup_found *hidden)
{
	xmlXPathRegisterVariable(
	    scope->xml, (const xmlChar *)name, hidden == NULL ? NULL : object_of(hidden));
	markup_found_free(hidden);
}

void
markup_scope_set_bool(struct markup_scope *scope, const char *name, bool value)
{
	xmlXPathRegisterVariable(scope->xml, (const xmlChar *)name, xmlXPathNewBoolean(value));
}

/* --- what was found --- */

/* What the path names, or NULL: then it is to be worked out. */
static struct markup_found *
find_named(const struct markup_path *path, xmlNodePtr node)
{
	struct markup_found *found;

	if (path->attribute == NULL && !path->is_self)
		return NULL;
	found = found_new(NULL);
	if (path->is_self)
		found->node = node;
	else if (node->type == XML_ELEMENT_NODE)
		found->node =
		    (xmlNodePtr)xmlHasNsProp(node, (const xmlChar *)path->attribute, NULL);
	return found;
}

enum status
markup_select(struct markup_found **out, struct markup_scope *scope, const struct markup_path *path,
    const struct markup_place *place, struct diag *diag)
{
	xmlXPathObjectPtr xml;

	*out = find_named(path, node_of(place->node));
	if (*out != NULL)
		return ST_OK;
	scope->xml->node = node_of(place->node);
	scope->xml->proximityPosition = (int)place->position;
	scope->xml->contextSize = (int)place->count;
	scope->xml->opCount = 0;
	scope->complaint = NULL;
	xml = xmlXPathCompiledEval(path->xml, scope->xml);
	if (xml == NULL || scope->complaint != NULL) {
		xmlXPathFreeObject(xml);
		xmlFreeDoc(scope->scratch);
		scope->scratch = NULL;
		return diag_set(diag, ST_FORMAT, "%s",
		    scope->complaint == NULL ? "has no value" : scope->complaint);
	}
	*out = found_new(xml);
	(*out)->scratch = scope->scratch;
	scope->scratch = NULL;
	return ST_OK;
}

void
markup_found_free(struct markup_found *found)
{
	if (found == NULL)
		return;
	xmlXPathFreeObject(found->xml);
	xmlFreeDoc(found->scratch);
	free(found);
}

bool
markup_found_nodes(const struct markup_found *found)
{
	return found->xml == NULL || found->xml->type == XPATH_NODESET;
}

size_t
markup_found_count(const struct markup_found *found)
{
	if (found->xml == NULL)
		return found->node != NULL;
	return markup_found_nodes(found) && found->xml->nodesetval != NULL
		   ? (size_t)found->xml->nodesetval->nodeNr
		   : 0;
}

const struct markup_node *
markup_found_node(const struct markup_found *found, size_t i)
{
	if (found->xml == NULL)
		return (const struct markup_node *)found->node;
	return (const struct markup_node *)found->xml->nodesetval->nodeTab[i];
}

bool
markup_found_holds(const struct markup_found *found)
{
	return found->xml == NULL ? found->node != NULL : xmlXPathCastToBoolean(found->xml);
}

static xmlChar *
words_of(const struct markup_found *found)
{
	if (found->xml != NULL)
		return xmlXPathCastToString(found->xml);
	return found->node == NULL ? NULL : xmlNodeGetContent(found->node);
}

void
markup_found_words(const struct markup_found *found, struct text *words)
{
	xmlChar *string = words_of(found);

	words->length = 0;
	if (string != NULL)
		text_put(words, (const char *)string);
	free(string); /* of the heap that we share */
}

bool
markup_found_nothing(const struct markup_found *found)
{
	if (markup_found_nodes(found))
		return markup_found_count(found) == 0;
	return found->xml->type == XPATH_BOOLEAN && !found->xml->boolval;
}
