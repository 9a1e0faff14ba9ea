// What the console says, in Chinese and English.

import { SIGNIN_TEXTS } from '../shared/signin.js';
import { EDITOR_TEXTS } from './editor_texts.js';
import { INSIGHT_TEXTS } from './insight_texts.js';
import { KNOWLEDGE_TEXTS } from './knowledge_texts.js';
import { PEOPLE_TEXTS } from './people_texts.js';
import { POLICY_TEXTS } from './policy_texts.js';
import { PRIVACY_TEXTS } from './privacy_texts.js';
import { PROMOTION_TEXTS } from './promotion_texts.js';
import { TEAM_TEXTS } from './team_texts.js';
import { WORKSHOP_TEXTS } from './workshop_texts.js';

/** @type {Record<string, import('../shared/i18n.js').Text>} */
export const TEXTS = {
  ...SIGNIN_TEXTS,
  ...TEAM_TEXTS,
  ...WORKSHOP_TEXTS,
  ...EDITOR_TEXTS,
  ...INSIGHT_TEXTS,
  ...PROMOTION_TEXTS,
  ...POLICY_TEXTS,
  ...PRIVACY_TEXTS,
  ...PEOPLE_TEXTS,
  ...KNOWLEDGE_TEXTS,
  title: { zh: '商家后台', hant: '商家後台', en: 'Merchant console' },
  figures: { zh: '客服数据', hant: '客服資料', en: 'Service figures' },
  language: { zh: 'EN', hant: 'EN', en: '中文' },
  language_label: { zh: 'EN · Switch to English', hant: 'EN · Switch to English', en: '中文 · 切换到中文' },
  shops: { zh: '店铺', hant: '店鋪', en: 'Shops' },
  version: { zh: '第 {n} 版', hant: '第 {n} 版', en: 'version {n}' },
  ready: { zh: '已就绪', hant: '已就緒', en: 'Ready' },
  preparing: { zh: '准备中', hant: '準備中', en: 'Getting ready' },
  shut: { zh: '未营业', hant: '未營業', en: 'Not open' },
  stale: { zh: '用旧版营业', hant: '用舊版營業', en: 'On its last good version' },
  shut_hint: { zh: '文件有错误，又没有可用的旧版：店铺现在不接待顾客。改好下面的错误就会开门。', hant: '檔案有錯誤，又沒有可用的舊版：店鋪現在不接待顧客。改好下面的錯誤就會開門。', en: 'Its files have errors and no earlier version can serve: it answers nobody. It opens once the errors below are mended.' },
  stale_hint: { zh: '文件有错误，没有采用：顾客听到的还是上一个正确的版本。', hant: '檔案有錯誤，沒有採用：顧客聽到的還是上一個正確的版本。', en: 'Its files have errors and are not in use: shoppers hear the last good version.' },
  preparing_hint: { zh: '正在学习例句；这期间先用最稳的方式回答。', hant: '正在學習例句；這期間先用最穩的方式回答。', en: 'It is learning its examples and answers what it is sure of meanwhile.' },
  intents: { zh: '意图', hant: '意圖', en: 'Intents' },
  faq: { zh: '常见问题', hant: '常見問題', en: 'FAQ' },
  products: { zh: '商品', hant: '商品', en: 'Products' },
  promotions: { zh: '活动', hant: '活動', en: 'Promotions' },
  problems: { zh: '文件检查', hant: '檔案檢查', en: 'Files' },
  no_problems: { zh: '没有发现问题', hant: '沒有發現問題', en: 'No problems found' },
  error: { zh: '错误', hant: '錯誤', en: 'Error' },
  warning: { zh: '提醒', hant: '提醒', en: 'Warning' },
  understand: { zh: '听听小二怎么理解', hant: '聽聽小二怎麼理解', en: 'How Xiaoer understands' },
  understand_hint: { zh: '输入顾客会说的话，看它判断成什么、凭什么。', hant: '輸入顧客會說的話，看它判斷成什麼、憑什麼。', en: 'Type what a shopper would say and see what it is taken for, and why.' },
  shop: { zh: '店铺', hant: '店鋪', en: 'Shop' },
  sentence: { zh: '顾客的话', hant: '顧客的話', en: 'What the shopper says' },
  example: { zh: '例如：昨天买的鞋子小了一码，想换大一号', hant: '例如：昨天買的鞋子小了一碼，想換大一號', en: 'For example: the shoes I got are too small, can I swap them?' },
  run: { zh: '理解', hant: '理解', en: 'Understand' },
  band_answer: { zh: '可以回答', hant: '可以回答', en: 'would answer' },
  band_clarify: { zh: '需要澄清', hant: '需要澄清', en: 'would ask back' },
  band_unknown: { zh: '不确定', hant: '不確定', en: 'would not know' },
  oos: { zh: '超出范围', hant: '超出範圍', en: 'Out of scope' },
  language_is: { zh: '语言', hant: '語言', en: 'Language' },
  sentiment: { zh: '情绪', hant: '情緒', en: 'Mood' },
  negative: { zh: '不满', hant: '不滿', en: 'unhappy' },
  neutral: { zh: '平静', hant: '平靜', en: 'neutral' },
  positive: { zh: '满意', hant: '滿意', en: 'happy' },
  tier: { zh: '由谁判断', hant: '由誰判斷', en: 'Decided by' },
  time: { zh: '耗时', hant: '耗時', en: 'Time' },
  entities: { zh: '听出的信息', hant: '聽出的資訊', en: 'Heard in it' },
  nearest: { zh: '最接近的例句', hant: '最接近的例句', en: 'Nearest examples' },
  confidence: { zh: '意图与置信度', hant: '意圖與置信度', en: 'Intents and confidence' },
  failed: { zh: '没有成功，请稍后再试。', hant: '沒有成功，請稍後再試。', en: 'That did not work. Please try again.' },
  forbidden: { zh: '您的角色不能查看这里。', hant: '您的角色不能查看這裡。', en: 'Your role may not see this.' },
  reload: { zh: '刷新', hant: '重新整理', en: 'Refresh' },
};
