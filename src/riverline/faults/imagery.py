"""What can be wrong with images, and with the water that is traced on them: a part of the catalogue."""

from __future__ import annotations

from riverline.faults.code import Code

__all__ = ["IMAGERY_CODES"]

IMAGERY_CODES = (
    # opening
    Code("scene-unreadable", "error", "影像 {feature} 未读入：{note}", "the image {feature} was not opened: {note}",
         "按说明修正后重读", "mend what it says and read again"),
    Code("scene-undated", "warning", "影像 {feature} 没有拍摄日期", "nothing says when {feature} was taken",
         '写 date="2024-04-15"；成批读取用 dates= 按影像名给出',
         'give date="2024-04-15", or dates= by name for many'),
    Code("scene-date-contradicts", "note", "影像 {feature} 的标签与文件名日期不同（{note}），按标签的日期使用",
         "the tag of {feature} and its name tell two days ({note}): that of the tag is used",
         '不对时写 date="2024-04-15"', 'if that is wrong give date="2024-04-15"'),
    Code("scene-same-day", "note", "影像 {feature} 与 {note} 同一天拍摄", "{feature} was taken on the day of {note}",
         "同一轨道的相邻景属正常；重复的请去掉一景",
         "right for neighbours of one pass; leave one out if it is there twice"),
    Code("scene-sensor-from-name", "note", "影像 {feature} 的波段按文件名识别为 {note}",
         "the bands of {feature} are those of {note}, by the file's name", "不对时用 sensor= 或 bands= 指定",
         "if that is wrong, give sensor= or bands="),
    Code("scene-no-mask", "note", "影像 {feature} 没有云掩膜，云和影未剔除",
         "{feature} has no mask of clouds: clouds and shadows were taken for ground",
         "有掩膜时用 mask= 写明种类（fmask、qa_pixel、scl）和波段或文件",
         "if there is one give its kind (fmask, qa_pixel, scl) and band or file as mask="),
    Code("scene-cloud-suspected", "warning",
         "影像 {feature} 没有云掩膜；{value} {unit} 的像元按 Fmask 的光谱判别疑似云，未判水陆",
         "{feature} has no mask of clouds; {value} {unit} of its pixels look like cloud by the spectral tests of Fmask "
         "and were left out", "有掩膜时用 mask= 给出；薄云、云影未识别；确无云时写 mask=False",
         "give the mask as mask= if there is one; thin cloud and shadows are not found; if it is clear write "
         "mask=False"),
    Code("scene-band-unnamed", "warning", "影像 {feature} 有 {value} 个波段没有名称，未使用；按实际写明，例如 {note}",
         "{value} bands of {feature} have no name and are not used; say what they are, such as {note}",
         "属近红外等波段时用 bands= 写明；确实无用时不必处理",
         "if they are near infrared or the like, name them with bands=; else there is nothing to do"),
    Code("scene-nodata-undeclared", "note", "影像 {feature} 中的数值 {note} 没有声明为无效值，已按无效处理",
         "the numbers {note} in {feature} are not declared as nodata and were taken for it",
         "数值确为地物时写 nodata=False，否则写 nodata=", "if they are ground give nodata=False, else nodata="),
    Code("scene-values-implausible", "error",
         "影像 {feature} 换算后的数值不可能（{note} 的像元占 {value} %，至多 {limit} %），未使用",
         "values of {feature} cannot be after factor and offset ({note} on {value} % of pixels, at most {limit} %): it "
         "was not used",
         "核对系数与偏移：写 scale=0.0001、scale=(0.0000275, -0.2) 等，或写明 sensor=；已是反射率的写 scale=1；"
         "整数溢出的请换用原始文件",
         "look at factor and offset: give scale=0.0001, scale=(0.0000275, -0.2) …, or sensor=; scale=1 if it is "
         "reflectance already; if integers ran over, take the original file"),
    Code("scene-overflow", "error",
         "影像 {feature} 的整数溢出：波段 {note} 有 {value} {unit} 的相邻像元相差近整个取值范围"
         "（至多 {limit} {unit}），未使用",
         "whole numbers of {feature} ran over: {value} {unit} of neighbours in {note} differ by nearly all that their "
         "type holds (at most {limit} {unit}): it was not used",
         "换用原始文件；差值、求和、乘系数请先转为浮点；数值确实如此时另存为浮点",
         "take the original file; convert to floats before differences, sums and factors; if the numbers are right, "
         "store them as floats"),
    Code("index-undefined", "warning", "影像 {feature} 有 {value} % 的像元 {note} 的分母不大于零，按不可用处理",
         "{note} divides by nothing or less on {value} % of {feature}: these pixels were not used",
         "大气校正过度时属正常；否则核对 scale= 与偏移",
         "right where the air was corrected too much; else look at scale="),
    Code("scene-scale-unknown", "note", "影像 {feature} 的反射率系数不明，按原始数值计算",
         "nothing says how numbers of {feature} become reflectance; they are used as they are",
         "已知时写 scale=（和 offset）；AWEI、WI2015、EVI 等需要反射率",
         "if you know it give scale=; AWEI, WI2015, EVI and others need reflectance"),
    Code("scene-offset-unknown", "warning", "影像 {feature} 的处理基线不明，未加 {value} 的偏移",
         "the processing baseline of {feature} is not known: the offset {value} was not added",
         "核对产品的 N 编号（如 N0510），写 scale=(0.0001, -0.1) 或 scale=0.0001",
         "look up the product's N number, such as N0510, and give scale=(0.0001, -0.1) or scale=0.0001"),
    Code("scene-edge-undeclared", "note", "影像 {feature} 的边角填充 {value} 而未声明为无效值，已按无效处理",
         "the edges of {feature} are filled with {value} that is not declared; it was taken for nothing",
         "数值确为地物时写 nodata=False", "if it is ground give nodata=False"),
    Code("scene-nodata-impossible", "note", "影像 {feature} 声明的无效值 {value} 在 {note} 中不会出现",
         "the declared nodata {value} of {feature} cannot occur in {note}", "用 nodata= 写明真正的无效值",
         "give the real one with nodata="),
    Code("scene-turned", "note", "影像 {feature} 的像元行列相对北方旋转 {value} {unit}，按其仿射变换处理",
         "{feature} is turned by {value} {unit} from north; its transform was followed", "无需处理", "nothing to do"),
    Code("scene-south-up", "note", "影像 {feature} 由南向北存储，按其仿射变换处理",
         "{feature} is stored from south to north; its transform was followed", "无需处理", "nothing to do"),
    # registration
    Code("registration-unsure", "warning", "影像 {feature} 的配准偏移只有 {value} 块可量（至少 {limit} 块），不可靠",
         "the shift of {feature} could be measured on {value} tiles of at least {limit}: do not rely on it",
         "换用云少、时相相近的影像，或减小 tile_px", "take clearer images of a like season, or smaller tiles"),
    Code("registration-vague", "note",
         "影像 {feature} 的配准偏移测不准（{note}），不能断定是否超出容许的 {limit} {unit}",
         "the shift of {feature} is not measured well enough ({note}) to say whether it is within {limit} {unit}",
         "换用时相相近的影像，或用 stable= 指明不变的地面",
         "take images of a like season, or give stable ground as stable="),
    Code("registration-shift", "warning", "影像 {feature} 相对 {note} 偏移 {value} {unit}（容许 {limit} {unit}）",
         "{feature} is shifted by {value} {unit} from {note} (allowed {limit} {unit})",
         "用 riverline.io.scenes.correct_registration 改正，或放宽不确定度",
         "correct it with riverline.io.scenes.correct_registration, or widen the uncertainty"),
    # water and waterlines
    Code("scene-damaged", "error", "影像 {feature} 中途无法读取：{note}",
         "{feature} could not be read to its end: {note}",
         "重新复制或下载", "copy or download it again"),
    Code("scene-all-masked", "error", "影像 {feature} 没有可用像元（云、影、雪或无效值占 {value} %）",
         "no pixel of {feature} can be used (cloud, shadow, snow or nothing on {value} %)", "换一景",
         "take another image"),
    Code("scene-outside", "error", "影像 {feature} 与所给范围不相交", "{feature} does not meet the extent",
         "核对范围与影像",
         "check the extent and the image"),
    Code("water-none", "note",
         "影像 {feature} 上没有水：水体的 {note} 至少为 {limit}，阈值以上像元的均值为 {value}（- 即没有这样的像元）",
         "there is no water on {feature}: {note} of water is at least {limit}, the mean of pixels above the threshold "
         "is {value} (- if there are none)", "确有水体时指定 threshold= 的数值或换用其他指数",
         "if there is water, give a number as threshold= or take another index"),
    Code("water-only", "note", "影像 {feature} 可用的像元有 {value} {unit} 是水，看不到岸，阈值无从由影像求得",
         "{value} {unit} of what can be used of {feature} is water: no bank is seen, and no threshold could be found "
         "on it", "需要岸线时换用范围更大的影像；确有陆地时写明 threshold= 的数值",
         "take an image that reaches farther where banks are wanted; if there is land give a number as threshold="),
    Code("water-bright", "error",
         "影像 {feature} 判为水的像元有 {value} {unit} 亮得不可能是水（{note}，至多 {limit} {unit}）："
         "多为云、雪或高亮屋顶",
         "{value} {unit} of what was taken for water on {feature} is too bright to be ({note}, at most {limit} "
         "{unit}): cloud, snow or roofs",
         "用 mask= 给出云掩膜，或换一景；核对 scale= 与偏移；极浑或结冰的水面须人工核对",
         "give its mask of clouds as mask=, or take another image; look at scale=, and at very muddy water and ice"),
    Code("water-not-dark", "error",
         "影像 {feature} 判为水的像元在 {note} 上平均为陆地的 {value} {unit}（应低于 {limit} {unit}）："
         "多为云、雪，不是水",
         "what was taken for water on {feature} has {value} {unit} of the land's mean in {note} (water is below "
         "{limit} {unit}): it is cloud or snow",
         "用 mask= 给出云掩膜，或换一景；核对波段是否写对",
         "give its mask of clouds as mask=, or take another image; see whether the bands are named rightly"),
    Code("water-mixed", "error",
         "影像 {feature} 判为水的像元有两类：{value} {unit} 在红外上与陆地一样亮（{note}，至多 {limit} {unit}），"
         "多为旱地、裸地，不是水",
         "what was taken for water on {feature} is two kinds of ground: {value} {unit} of it is as bright in the "
         "infrared as land ({note}, at most {limit} {unit}) - dry fields, bare ground - and no water",
         '写明 threshold= 的数值（说明中的数值把红外暗的一类与其余分开），或 threshold="multi_otsu"，'
         "或用 extent= 限定到河道附近；未改前水面和水边线不可用",
         "give a number as threshold= (the one above parts what is dark from all else), or "
         'threshold="multi_otsu", or limit it to the river with extent=; neither water nor lines are of use yet'),
    Code("threshold-seed", "warning",
         "影像 {feature} 上没有足够的水陆交界可定阈值，取指数本身的分界（{note}）；"
         "高于它的 {value} {unit}（共 {limit} {unit}）",
         "too little of {feature} holds both water and land to place a threshold: the index's own ({note}) was taken; "
         "{value} {unit} of {limit} lie above it",
         "像元很少时多为零星误判，先核对有没有水；有水时用 extent= 限定到河道附近，或写明 threshold= 的数值",
         "a few pixels are mostly strays: see whether there is water at all; if there is, limit it to the river with "
         "extent=, or give a number as threshold="),
    Code("threshold-weak", "warning", "影像 {feature} 的水陆可分性只有 {value}（应不低于 {limit}），阈值不可靠",
         "water and land of {feature} are parted by {value} only (at least {limit}): the threshold is unsure",
         "用 extent= 限定到河道附近，或写明 threshold= 的数值",
         "limit it to the river with extent=, or give a number as threshold="),
    Code("threshold-apart", "warning",
         "影像 {feature} 按 {note} 求得的阈值所画的线平均离水陆交界 {value} {unit}（至多 {limit} {unit}）："
         "可能分的是裸地与植被",
         "lines at the threshold that {note} found on {feature} lie {value} {unit} from where water meets land, on "
         "average (at most {limit} {unit}): it may part bare ground from plants",
         '改用 threshold="edge"，或核对后写明数值；不确定度已计入该偏离',
         'take threshold="edge", or look and give a number; the uncertainty counts it'),
    Code("rgb-only", "warning", "影像 {feature} 没有近红外或短波红外，水体按红蓝之差判定：浑水、阴影、深色地物会误判",
         "{feature} has no infrared: water was told by blue against red, which errs on turbid water, shadow and dark "
         "ground", "有近红外时用 bands= 指明", "if a band is infrared, say so with bands="),
    Code("waterlines-short", "note", "影像 {feature} 有 {value} 条水边线短于 {limit} {unit}，未列出",
         "{value} waterlines of {feature} are shorter than {limit} {unit} and were left out", "需要时写 shortest_m=0",
         "give shortest_m=0 to have them"),
    Code("waterlines-gaps", "note", "影像 {feature} 的水边线在 {value} 处中断（{note}），各段不相接",
         "waterlines of {feature} end at {value} places ({note}); pieces were not joined", "缺口原因见 gaps",
         "gaps tells why, place by place"),
    Code("look-masked", "note", "影像 {feature} 只有 {value} % 的像元可用", "only {value} % of {feature} can be used",
         "占比低的日期对水淹频率作用小", "such a day tells little on how often ground is wet"),
)  # fmt: skip
