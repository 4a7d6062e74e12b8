import string
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from hypothesis import example, given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers
from transformers import (
    AutoTokenizer,
    BartConfig,
    BartForConditionalGeneration,
    BertConfig,
    BertForMaskedLM,
    BertLMHeadModel,
    BertModel,
    GPT2Config,
    GPT2LMHeadModel,
    GPT2Model,
    MarianConfig,
    MarianMTModel,
    PreTrainedModel,
    PreTrainedTokenizerFast,
    RobertaConfig,
    RobertaModel,
)

from models.pretrained.surfaces import BYTES, shared_ids
from models.pretrained.tiny import tiny_tokenizer
from models.pretrained.vocabulary import adopt_vocabulary, learn_tokenizer, unknown_share

TEXTS = 3 * [
    "the cat was sleeping on the mat",
    "The dog, sleeping too.",
    "中文也可以 中文",
    "naïve café\n\n  two",
    "🙂🙂",
]
LEARNED = learn_tokenizer(TEXTS, size=400, max_length=64)
SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [*SPECIAL, "the", "cat", "sleep", "##ing", "##s", "##the", ",", "中", "##中"]


def word_piece(words: list[str] = WORDS) -> PreTrainedTokenizerFast:
    """As BERT's, uncased; every letter is there too."""
    words = words + list(string.ascii_lowercase) + [f"##{letter}" for letter in string.ascii_lowercase]
    vocabulary = {word: index for index, word in enumerate(words)}
    tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.decoder = decoders.WordPiece()
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
    )


def gpt_bytes() -> PreTrainedTokenizerFast:
    """As GPT-2's: one special token with every role."""
    tokens = [*sorted(BYTES), "Ġthe", "Ġcat", "<|endoftext|>"]
    vocabulary = {token: index for index, token in enumerate(tokens)}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[]))
    backend.pre_tokenizer, backend.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
    end = "<|endoftext|>"
    return PreTrainedTokenizerFast(tokenizer_object=backend, bos_token=end, eos_token=end, unk_token=end)


@pytest.mark.parametrize("tokenizer", [LEARNED, tiny_tokenizer()], ids=["learned", "bytes"])
@given(text=st.text(max_size=40))
@example(text=" leading, trailing  and \r\n\t newlines \n")
@example(text="中文🙂 👩‍👩‍👧 [SEP] [PAD] don 't .")
@example(text="")
@settings(max_examples=100, deadline=None)
def test_every_text_comes_back(tokenizer: PreTrainedTokenizerFast, text: str) -> None:
    ids = tokenizer(text)["input_ids"]
    assert tokenizer.decode(ids, skip_special_tokens=True) == text
    assert ids[0] == tokenizer.cls_token_id
    assert ids[-1] == tokenizer.sep_token_id
    assert all(index >= 5 for index in ids[1:-1])


def test_special_tokens_are_the_tiny_models(tmp_path: Path) -> None:
    tiny = tiny_tokenizer()
    LEARNED.save_pretrained(tmp_path)
    for tokenizer in (LEARNED, AutoTokenizer.from_pretrained(tmp_path)):
        assert tokenizer.special_tokens_map == tiny.special_tokens_map
        assert (tokenizer.pad_token_id, tokenizer.bos_token_id, tokenizer.eos_token_id) == (0, 1, 2)
        assert tokenizer("a", "b")["token_type_ids"] == [0, 0, 0, 1, 1]
        assert tokenizer(" [SEP] the")["input_ids"] == LEARNED(" [SEP] the")["input_ids"]
    assert tiny("ab")["input_ids"] == LEARNED("ab")["input_ids"], "bytes have the same ids"
    assert LEARNED.model_max_length == 64


def test_learning_is_deterministic_and_finds_frequent_words() -> None:
    again = learn_tokenizer(reversed(TEXTS), size=400, max_length=64)
    assert again.get_vocab() == LEARNED.get_vocab()
    assert "Ġthe" in LEARNED.get_vocab()
    assert len(LEARNED) <= 400
    assert len(learn_tokenizer(TEXTS, size=270, max_length=64)) == 270
    once = learn_tokenizer(["abc xyz"], size=400, max_length=64)
    assert len(once) == 261, "a pair that was seen once is not learned"
    assert len(learn_tokenizer([], size=400, max_length=64)) == 261


def test_unknown_share_counts_tokens() -> None:
    assert unknown_share(word_piece(), ["the cat", "文 sleep"]) == 0.25
    assert unknown_share(LEARNED, ["文 sleep", "🙂"]) == 0.0
    assert unknown_share(LEARNED, [""]) == 0.0


def test_bytes_are_written_as_the_library_writes_them() -> None:
    for byte in range(128):
        ((written, _),) = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False).pre_tokenize_str(chr(byte))
        assert BYTES[written] == byte
    assert set(BYTES) == set(pre_tokenizers.ByteLevel.alphabet())
    assert sorted(BYTES.values()) == list(range(256))


@pytest.mark.parametrize(
    ("new", "old"),
    [
        ("Ġthe", "the"),
        ("The", "##the"),  # Upper case is what the old tokenizer makes of it.
        ("a", "##a"),
        (",", ","),
        ("[PAD]", "[PAD]"),
        ("[CLS]", "[CLS]"),
        ("[MASK]", "[MASK]"),
    ],
)
def test_word_piece_and_byte_level_tokens_are_matched(new: str, old: str) -> None:
    learned = learn_tokenizer(["The The the the"] * 4, size=300, max_length=64)
    assert shared_ids(word_piece(), learned)[learned.get_vocab()[new]] == word_piece().get_vocab()[old]


def test_chinese_characters_are_words_and_strange_tokens_have_no_match() -> None:
    learned = learn_tokenizer(["中 中中", "文文"] * 4, size=300, max_length=64)
    shared, vocabulary = shared_ids(word_piece(), learned), learned.get_vocab()
    assert shared[learned("中")["input_ids"][1]] == WORDS.index("中")
    assert learned("文")["input_ids"][1] not in shared
    assert vocabulary["Ċ"] not in shared


def bert(head: bool, tied: bool = True) -> PreTrainedModel:
    size = len(word_piece())
    sizes = {"hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 1, "intermediate_size": 8}
    config = BertConfig(vocab_size=size, tie_word_embeddings=tied, is_decoder=head, **sizes)
    return BertLMHeadModel(config) if head else BertModel(config)


def masked_bert(tied: bool) -> PreTrainedModel:
    config = bert(False).config
    config.tie_word_embeddings = tied
    return BertForMaskedLM(config)


def gpt(head: bool) -> PreTrainedModel:
    config = GPT2Config(vocab_size=len(gpt_bytes()), n_embd=8, n_layer=1, n_head=1, n_positions=16)
    return GPT2LMHeadModel(config) if head else GPT2Model(config)


CASES: dict[str, tuple[Callable[[], PreTrainedModel], Callable[[], PreTrainedTokenizerFast]]] = {
    "bert": (lambda: bert(False), word_piece),
    "bert with head": (lambda: bert(True), word_piece),
    "bert with untied head": (lambda: bert(True, tied=False), word_piece),
    "bert with masked head": (lambda: masked_bert(True), word_piece),
    "bert with untied masked head": (lambda: masked_bert(False), word_piece),
    "gpt": (lambda: gpt(False), gpt_bytes),
    "gpt with head": (lambda: gpt(True), gpt_bytes),
}


@pytest.mark.parametrize("case", CASES)
def test_shared_tokens_keep_their_vectors(case: str) -> None:
    make, old_tokenizer = CASES[case][0], CASES[case][1]()
    torch.manual_seed(0)
    model = make()
    head = model.get_output_embeddings()
    if head is not None and head.bias is not None:
        torch.nn.init.normal_(head.bias, std=3.0)
    words = model.get_input_embeddings().weight.detach().clone()
    output = words if head is None else head.weight.detach().clone()
    bias = None if head is None or head.bias is None else head.bias.detach().clone()
    before = torch.get_rng_state()
    adopt_vocabulary(model, old_tokenizer, LEARNED, seed=1)
    assert torch.equal(torch.get_rng_state(), before)

    old, new = old_tokenizer.get_vocab(), LEARNED.get_vocab()
    assert model.config.vocab_size == len(LEARNED)
    assert (model.config.pad_token_id, model.config.bos_token_id, model.config.eos_token_id) == (0, 1, 2)
    the = (new["Ġthe"], old["Ġthe" if "gpt" in case else "the"])
    end = (LEARNED.sep_token_id, old["<|endoftext|>" if "gpt" in case else "[SEP]"])
    for index, same in (the, end):
        assert torch.equal(model.get_input_embeddings().weight[index], words[same])
        if (now := model.get_output_embeddings()) is not None:
            assert torch.equal(now.weight[index], output[same])
            assert (now.weight is model.get_input_embeddings().weight) == ("untied" not in case)
            if bias is not None:
                assert now.bias[index] == bias[same]
                assert now.bias.shape == (len(LEARNED),)
    ids = torch.tensor([LEARNED("the cat 中文")["input_ids"]])
    result = model(input_ids=ids)
    assert head is None or result.logits.shape == (*ids.shape, len(LEARNED))


def test_new_vectors_have_the_old_ones_spread_and_depend_on_the_seed_only() -> None:
    drawn = []
    for seed in (3, 3, 4):
        torch.manual_seed(0)
        model = bert(False)
        with torch.no_grad():
            model.get_input_embeddings().weight.mul_(5).add_(torch.arange(8.0))
        torch.manual_seed(len(drawn))
        adopt_vocabulary(model, word_piece(), LEARNED, seed)
        drawn.append(model.get_input_embeddings().weight.detach())
    assert torch.equal(drawn[0], drawn[1])
    assert not torch.equal(drawn[0], drawn[2])
    fresh = sorted(set(range(len(LEARNED))) - set(shared_ids(word_piece(), LEARNED)))
    assert len(fresh) > 200
    assert torch.allclose(drawn[0][fresh].mean(0), torch.arange(8.0), atol=0.05)
    assert torch.allclose(drawn[0][fresh].std(0), torch.tensor(0.1), atol=0.03)


def test_saved_model_with_its_new_vocabulary_is_the_same(tmp_path: Path) -> None:
    model = bert(True).eval()
    adopt_vocabulary(model, word_piece(), LEARNED, seed=0)
    model.save_pretrained(tmp_path)
    ids = torch.tensor([LEARNED("the cat")["input_ids"]])
    loaded = BertLMHeadModel.from_pretrained(tmp_path)
    assert torch.allclose(loaded(input_ids=ids).logits, model(input_ids=ids).logits, atol=1e-6)


def test_roberta_keeps_the_position_of_every_token() -> None:
    """Its positions begin after the padding id, which changes here from 1 to 0."""
    config = RobertaConfig(
        vocab_size=261, hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8, pad_token_id=1
    )
    model = RobertaModel(config).eval()
    places = model.embeddings.position_embeddings.weight.detach().clone()
    adopt_vocabulary(model, tiny_tokenizer(), LEARNED, seed=0)
    assert model.get_input_embeddings().padding_idx == 0
    alike = RobertaModel(model.config).eval()
    alike.load_state_dict(model.state_dict())
    ids = torch.tensor([[*LEARNED("the cat")["input_ids"], 0, 0]])
    assert torch.equal(alike(ids, attention_mask=ids.ne(0)).last_hidden_state, model(ids, ids.ne(0)).last_hidden_state)
    assert torch.equal(model.embeddings.position_embeddings.weight[1:5], places[2:6])


@pytest.mark.parametrize("kind", ["marian", "bart"])
def test_model_that_generates_begins_with_the_token_of_the_same_role(kind: str) -> None:
    """As in Marian's files: padding is the last token, begins every output and must not be written again."""
    old = word_piece([*WORDS[1:], *(f"z{number}" for number in range(400)), "[PAD]"])
    pad, end = old.pad_token_id, old.sep_token_id
    model_class, config_class = {
        "marian": (MarianMTModel, MarianConfig),
        "bart": (BartForConditionalGeneration, BartConfig),
    }[kind]
    layers = {f"{side}_{name}": 1 for side in ("encoder", "decoder") for name in ("layers", "attention_heads")}
    ids = {"pad_token_id": pad, "eos_token_id": end, "decoder_start_token_id": pad, "forced_eos_token_id": end}
    sizes = {"d_model": 8, "encoder_ffn_dim": 8, "decoder_ffn_dim": 8, "max_position_embeddings": 32}
    model = model_class(config_class(vocab_size=len(old), **ids, **layers, **sizes)).eval()
    model.generation_config.bad_words_ids = [[pad]]
    model.generation_config.forced_bos_token_id = old.get_vocab()["cat"]  # As a code of a language.
    model.final_logits_bias.copy_(torch.arange(len(old)))
    adopt_vocabulary(model, old, LEARNED, seed=0)
    for config in (model.config, model.generation_config):
        assert (config.decoder_start_token_id, config.forced_eos_token_id) == (0, 2)
    assert model.generation_config.forced_bos_token_id is None
    assert model.generation_config.bad_words_ids is None
    assert model.final_logits_bias.shape == (1, len(LEARNED))
    assert model.final_logits_bias[0, LEARNED.get_vocab()["Ġthe"]] == old.get_vocab()["the"]
    written = model.generate(torch.tensor([LEARNED("the cat")["input_ids"]]), max_new_tokens=3, do_sample=False)
    assert written[0, 0] == 0
    assert written.max() < len(LEARNED)


def test_meta_model_changes_its_shapes() -> None:
    with torch.device("meta"):
        model = bert(True)
    adopt_vocabulary(model, word_piece(), LEARNED, seed=0)
    assert model.get_output_embeddings().weight.shape == (len(LEARNED), 8)
    assert all(parameter.is_meta for parameter in model.parameters())
