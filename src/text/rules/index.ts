export { type Grammar, literal, next, sequence } from "./grammar.js";
export { grammarRules } from "./rules.js";
export { type JsonOptions, jsonRules, type Spaces, schemaGrammar, schemaRules } from "./schema.js";
export { choiceGrammar, choiceRules, regexGrammar, regexRules } from "./text.js";
export { readVocabulary, type Trie, type Vocabulary, type VocabularyOptions } from "./vocabulary.js";
