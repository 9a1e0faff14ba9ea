// What the case beside a conversation says: the shopper, orders, tickets, and what can be done about them.

/** @type {Record<string, import('../shared/i18n.js').Text>} */
export const CASE_TEXTS = {
  case: { zh: '顾客与订单', hant: '顧客與訂單', en: 'Shopper and orders' },
  why: { zh: '来意', hant: '來意', en: 'Why they are here' },
  summary: { zh: '小二的摘要', hant: '小二的摘要', en: 'The bot’s summary' },
  slots: { zh: '已知信息', hant: '已知資訊', en: 'Known so far' },
  facts: { zh: '会话信息', hant: '會話資訊', en: 'About this conversation' },
  group: { zh: '小组', hant: '小組', en: 'Group' },
  locale_label: { zh: '语言', hant: '語言', en: 'Language' },
  shop_label: { zh: '店铺', hant: '店鋪', en: 'Shop' },
  contact: { zh: '联系方式', hant: '聯絡方式', en: 'Contact' },
  promised: { zh: '承诺答复', hant: '承諾答覆', en: 'Promised by' },
  wrap_up_label: { zh: '结果', hant: '結果', en: 'Outcome' },
  rating: { zh: '评价', hant: '評價', en: 'Rating' },
  product_label: { zh: '商品', hant: '商品', en: 'Product' },
  order_label: { zh: '订单', hant: '訂單', en: 'Order' },
  ticket_label: { zh: '服务单', hant: '服務單', en: 'Case' },
  change_tags: { zh: '改标签', hant: '改標籤', en: 'Edit tags' },
};
